import type { NodeRole } from './role.js';

/** Leaves room for `-worker-9999` in a hostname of 63 characters. */
export const MAX_CLUSTER_NAME = 50;

/** Names end in hostnames, labels and paths. */
export function isClusterName(name: string): boolean {
  return name.length <= MAX_CLUSTER_NAME && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

/** Container name, hostname and Kubernetes node name of a node, as document 003 and its readers have them. */
export function nodeName(cluster: string, role: NodeRole, index: number): string {
  return role === 'control-plane' ? `${cluster}-master` : `${cluster}-worker-${index}`;
}

/** Of all nodes of a new cluster, the control plane's first. */
export function nodeNames(cluster: string, numWorkers: number): [string, ...string[]] {
  return [nodeName(cluster, 'control-plane', 0), ...Array.from({ length: numWorkers }, (_, index) => nodeName(cluster, 'worker', index))];
}

/** Volume whose name is exclusive while a cluster is being created. */
export function lockName(cluster: string): string {
  return `${cluster}-kindbox-lock`;
}

export function networkName(cluster: string): string {
  return `${cluster}-net`;
}
