import type { NodeRole } from './role.js';

/** Labels are the only record of what is ours; names identify nothing (field: clusters `a` and `a-b` collided). */
export const LABELS = {
  cluster: 'dev.kindbox.cluster',
  /** Random id of the create or resize that made the object: a failed run removes only what it made. */
  run: 'dev.kindbox.run',
  role: 'dev.kindbox.role',
  index: 'dev.kindbox.index',
  /** Schema of these labels; a newer kindbox reads older ones. */
  schema: 'dev.kindbox.schema',
  runtime: 'dev.kindbox.runtime',
  kubernetesVersion: 'dev.kindbox.kubernetes-version',
  /** Container runtime inside the node. */
  cri: 'dev.kindbox.cri',
  podSubnet: 'dev.kindbox.pod-subnet',
  cni: 'dev.kindbox.cni',
  /** `dual` on nodes that have IPv6 addresses too. */
  ipFamily: 'dev.kindbox.ip-family',
  /** On the control plane: what workers are asked for, as JSON, for those that a resize adds. */
  workerDefaults: 'dev.kindbox.worker-defaults',
  /** On the control plane: the name or address by which clients elsewhere reach the published API server. */
  apiServerAddress: 'dev.kindbox.api-server-address',
  /** On the control plane: where create was asked to write the kubeconfig (`separate`, `merge`, `none`). */
  kubeconfig: 'dev.kindbox.kubeconfig',
  /** On a network of ours whose lower half is for nodes. */
  addresses: 'dev.kindbox.addresses',
  /** `true` on a control plane whose nodes' container runtimes are told of a proxy (see nodes/runtime-proxy.ts). */
  proxied: 'dev.kindbox.proxied',
  /** Where nodes find the control plane, on networks on which its own address may change. */
  lastingAddress: 'dev.kindbox.lasting-address',
  /** On a volume of no content, made when a create has succeeded: without it a cluster is partial. */
  completed: 'dev.kindbox.completed',
  /** On a volume of no content, the lock of a create that has not ended: who it is, as JSON (see cluster/lock/). */
  lock: 'dev.kindbox.lock',
  /** `true` on a node of no cluster. Images made of one carry the label with no value. */
  standalone: 'dev.kindbox.standalone',
} as const;

export const LABEL_SCHEMA = '1';

/** Labels of node images. */
export const IMAGE_LABELS = {
  kubernetesVersion: 'dev.kindbox.image.kubernetes-version',
  cri: 'dev.kindbox.image.cri',
  layout: 'dev.kindbox.image.layout',
  /** The tool that the image is for; absent from older images, which are for kindbox. */
  target: 'dev.kindbox.image.for',
  contentHash: 'dev.kindbox.image.content-hash',
} as const;

export function standaloneLabels(run: string, runtime: string): Record<string, string> {
  return { [LABELS.standalone]: 'true', [LABELS.run]: run, [LABELS.schema]: LABEL_SCHEMA, [LABELS.runtime]: runtime };
}

export function ownedLabels(cluster: string, run: string): Record<string, string> {
  return { [LABELS.cluster]: cluster, [LABELS.run]: run, [LABELS.schema]: LABEL_SCHEMA };
}

export function nodeLabels(cluster: string, run: string, role: NodeRole, index: number): Record<string, string> {
  return { ...ownedLabels(cluster, run), [LABELS.role]: role, [LABELS.index]: String(index) };
}
