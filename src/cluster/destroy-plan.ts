import { operationId as id } from '../plan/operation.js';
import { LABELS } from '../nodes/labels.js';
import type { ObservedVolume } from '../provider/types.js';
import type { ObservedCluster } from './observe.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';

/** Removes all that exists of a cluster: its nodes at once, then what they held. */
export function planDestroy(cluster: ObservedCluster): ClusterPlan {
  const nodes = cluster.nodes.map((node) => ({
    kind: 'remove-node', id: id('remove-node', node.name), group: 'destroy', title: `Destroying node ${node.name}`, needs: [], nodeId: node.id,
    tolerant: true,
  }) satisfies ClusterOperation);
  const locks = cluster.volumes.filter(({ labels }) => labels[LABELS.lock] !== undefined).map((volume) => ({
    kind: 'remove-volume', id: id('remove-volume', volume.id), group: 'destroy', title: 'Removing the lock of its create', needs: [], volumeId: volume.id,
    tolerant: true,
  }) satisfies ClusterOperation);
  const after = nodes.map((node) => node.id);
  return {
    groups: [{ id: 'destroy', title: `Destroying K8s cluster "${cluster.name}" ...` }],
    operations: [
      ...locks,
      // Workers first, as document 003 shows it; they all go at the same time.
      ...nodes.slice(1), ...nodes.slice(0, 1),
      ...cluster.networks.map((network) => ({
        kind: 'remove-network', id: id('remove-network', network.id), group: 'destroy', title: `Removing network ${network.name}`,
        needs: [], after, networkId: network.id, name: network.name, tolerant: true,
      }) satisfies ClusterOperation),
      ...cluster.volumes.filter((volume) => !(LABELS.lock in volume.labels) && !goesWithItsNode(volume, cluster)).map((volume) => ({
        kind: 'remove-volume', id: id('remove-volume', volume.id), group: 'destroy', title: `Removing volume ${volume.id.slice(0, 24)}`,
        needs: [], after, volumeId: volume.id, tolerant: true,
      }) satisfies ClusterOperation),
      {
        kind: 'remove-kubeconfig', id: id('remove-kubeconfig', cluster.name), group: 'destroy', title: 'Removing the kubeconfig',
        needs: [], cluster: cluster.name, tolerant: true,
      },
    ],
  };
}

function goesWithItsNode(volume: ObservedVolume, cluster: ObservedCluster): boolean {
  return cluster.nodes.some((node) => node.role === volume.labels[LABELS.role] && String(node.index) === volume.labels[LABELS.index]);
}
