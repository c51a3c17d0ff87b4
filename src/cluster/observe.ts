import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import { LABELS } from '../nodes/labels.js';
import { isClusterName } from '../nodes/names.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ObservedNetwork, ObservedNode, ObservedVolume } from '../provider/types.js';

/** All that exists of one cluster, or of what is left of one. */
export interface ObservedCluster {
  readonly name: string;
  readonly nodes: readonly ObservedNode[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
}

/**
 * Everything that carries our labels, by cluster name, sorted. Anybody may label his containers as he likes: what no
 * cluster can be called is none of ours, and never becomes a part of a path or a command.
 */
export async function observeClusters(provider: NodeProvider, signal: AbortSignal, cluster?: string): Promise<Map<string, ObservedCluster>> {
  const filter = cluster === undefined ? {} : { cluster };
  const [nodes, networks, volumes] = await Promise.all([
    provider.listNodes(filter, signal), provider.listNetworks(filter, signal), provider.listVolumes(filter, signal),
  ]);
  const names = [...nodes.map((node) => node.cluster), ...[...networks, ...volumes].map((object) => object.labels[LABELS.cluster])];
  const clusters = [...new Set(names.filter((name): name is string => name !== undefined && isClusterName(name)))].sort();
  return new Map(clusters.map((name) => [name, {
    name,
    nodes: nodes.filter((node) => node.cluster === name).sort(byRoleAndIndex),
    networks: networks.filter((network) => network.labels[LABELS.cluster] === name),
    volumes: volumes.filter((volume) => volume.labels[LABELS.cluster] === name),
  }]));
}

export function controlPlaneOf(cluster: Pick<ObservedCluster, 'nodes'>): ObservedNode | undefined {
  return cluster.nodes.find((node) => node.role === 'control-plane');
}

export function workersOf(cluster: ObservedCluster): ObservedNode[] {
  return cluster.nodes.filter((node) => node.role === 'worker');
}

export function isComplete(cluster: ObservedCluster): boolean {
  return cluster.volumes.some((volume) => volume.labels[LABELS.completed] !== undefined);
}

/** Its networking was not left to the user (`--cni=none`). */
export function isNetworked(cluster: ObservedCluster): boolean {
  return controlPlaneOf(cluster)?.labels[LABELS.cni] !== 'none';
}

/** The volume by which a create claims its name (see lock/). */
export function isCreateLock({ labels }: ObservedVolume): boolean {
  return labels[LABELS.lock] !== undefined;
}

/** A node of ours by its name. @throws KindboxError notFound, with the names that there are. */
export function nodeNamed(clusters: ReadonlyMap<string, ObservedCluster>, name: string): { cluster: ObservedCluster; node: ObservedNode } {
  for (const cluster of clusters.values()) {
    const node = cluster.nodes.find((candidate) => candidate.name === name);
    if (node !== undefined) return { cluster, node };
  }
  throw new KindboxError(`No cluster has a node named "${printable(name)}"`, { reason: 'notFound', next: ['kindbox list'] });
}

export function noSuchCluster(name: string): KindboxError {
  return new KindboxError(`There is no cluster named "${printable(name)}"`, { reason: 'notFound', next: ['kindbox list'] });
}

/** The order in which nodes are listed: the control plane first. */
export function byRoleAndIndex(a: ObservedNode, b: ObservedNode): number {
  return a.role === b.role ? a.index - b.index : a.role === 'control-plane' ? -1 : 1;
}
