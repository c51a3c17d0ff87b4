import type { CommitSpec } from '../../provider/image-builder.js';

/** What the node image is configured with; images/k8s-node/README.md explains each. */
export const NODE_CONFIGURATION: Pick<CommitSpec, 'entrypoint' | 'command' | 'environment' | 'stopSignal'> = {
  entrypoint: ['/usr/local/lib/kindbox/entrypoint'],
  command: [],
  environment: { container: 'docker' },
  stopSignal: 'SIGRTMIN+3',
};

export const SCRIPTS = {
  compile: '/src/compile.sh',
  download: '/src/fetch.sh',
  assemble: '/usr/local/lib/kindbox/assemble',
  preload: '/usr/local/lib/kindbox/preload',
  layoutReport: '/usr/local/lib/kindbox/layout-report',
  seal: '/usr/local/lib/kindbox/seal',
} as const;
