import type { JsonObject } from './merge-patch.js';

/**
 * What a cluster that nobody will miss can do without. Each changes what is promised, so all are opt-in, together.
 * Elections stay: without one, the controller manager and the scheduler watch before the API server lets them, and
 * wait for back-offs of seconds (a node alone was Ready after 10.9 s; with elections after 8.3 to 9.1 s).
 */
export const EPHEMERAL = {
  /** A crash of the machine may lose or spoil what the cluster knows. etcd waits for no disk. */
  etcd: { local: { extraArgs: { 'unsafe-no-fsync': 'true' } } },
  /** While that one is moved, names are not resolved. */
  dnsReplicas: 1,
} as const satisfies Readonly<Record<string, JsonObject | number>>;
