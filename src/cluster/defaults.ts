import type { CreateOptions } from './options.js';

/** What a cluster is like of which nothing else was said. */
export const CREATE_DEFAULTS = {
  numWorkers: 1, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'flannel', kubeconfig: 'separate', waitAll: false, waitMs: 300_000,
} as const satisfies Partial<CreateOptions>;
