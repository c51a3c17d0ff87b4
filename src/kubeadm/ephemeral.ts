import type { JsonObject } from './merge-patch.js';

/** What a cluster that nobody will miss can do without. Each changes what is promised, so all are opt-in, together. */
export const EPHEMERAL = {
  /** A crash of the machine may lose or spoil what the cluster knows. etcd waits for no disk. */
  etcd: { local: { extraArgs: { 'unsafe-no-fsync': 'true' } } },
  /** Two of one controller, as in an upgrade, would both act. There is one control plane, and one of each. */
  componentArgs: { 'leader-elect': 'false' },
  /** While that one is moved, names are not resolved. */
  dnsReplicas: 1,
} as const satisfies Readonly<Record<string, JsonObject | number>>;
