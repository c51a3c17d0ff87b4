import type { NodeRole } from './role.js';

/** Container name, hostname and Kubernetes node name of a node, as document 003 and its readers have them. */
export function nodeName(cluster: string, role: NodeRole, index: number): string {
  return role === 'control-plane' ? `${cluster}-master` : `${cluster}-worker-${index}`;
}

/** Volume whose name is exclusive while a cluster is being created. */
export function lockName(cluster: string): string {
  return `${cluster}-kindbox-lock`;
}

export function networkName(cluster: string): string {
  return `${cluster}-net`;
}
