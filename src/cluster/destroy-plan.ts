import { operationId as id } from '../plan/operation.js';
import { LABELS } from '../nodes/labels.js';
import type { ObservedVolume } from '../provider/types.js';
import { isCreateLock, type ObservedCluster } from './observe.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';

/** Removes all that exists of a cluster: its nodes at once, then what they held. */
export function planDestroy(cluster: ObservedCluster): ClusterPlan {
  const nodes = cluster.nodes.map((node) => ({
    kind: 'remove-node', id: id('remove-node', node.name), group: 'destroy', title: `Destroying node ${node.name}`, needs: [], nodeId: node.id,
    tolerant: true,
  }) satisfies ClusterOperation);
  const locks = cluster.volumes.filter(isCreateLock);
  const others = cluster.volumes.filter((volume) => !isCreateLock(volume) && !goesWithItsNode(volume, cluster));
  const after = nodes.map((node) => node.id);
  return {
    groups: [{ id: 'destroy', title: `Destroying K8s cluster "${cluster.name}" ...` }],
    operations: [
      ...locks.map((volume) => removeVolume(volume, 'Removing the lock of its create', [])),
      // Workers first, as document 003 shows it; they all go at the same time.
      ...nodes.slice(1), ...nodes.slice(0, 1),
      ...cluster.networks.map((network) => ({
        kind: 'remove-network', id: id('remove-network', network.id), group: 'destroy', title: `Removing network ${network.name}`,
        needs: [], after, networkId: network.id, name: network.name, tolerant: true,
      }) satisfies ClusterOperation),
      ...others.map((volume) => removeVolume(volume, `Removing volume ${volume.id.slice(0, 24)}`, after)),
      {
        kind: 'remove-kubeconfig', id: id('remove-kubeconfig', cluster.name), group: 'destroy', title: 'Removing the kubeconfig',
        needs: [], cluster: cluster.name, tolerant: true,
      },
    ],
  };
}

function removeVolume({ id: volumeId }: ObservedVolume, title: string, after: readonly string[]): ClusterOperation {
  return { kind: 'remove-volume', id: id('remove-volume', volumeId), group: 'destroy', title, needs: [], after, volumeId, tolerant: true };
}

function goesWithItsNode(volume: ObservedVolume, cluster: ObservedCluster): boolean {
  return cluster.nodes.some((node) => node.role === volume.labels[LABELS.role] && String(node.index) === volume.labels[LABELS.index]);
}
