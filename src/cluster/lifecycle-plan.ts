import { operationId as id } from '../plan/operation.js';
import type { ObservedNode } from '../provider/types.js';
import { keepNodes } from './finish-plan.js';
import { controlPlaneOf, isComplete, type ObservedCluster } from './observe.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';
import { awaitApi, awaitBack, fetchCredentials, refreshKubeconfig, startNode, stopNode } from './shared-operations.js';

export interface StartWish {
  /** Wait for every node, and not for the control plane alone. */
  readonly waitAll: boolean;
  /** The cluster has a CNI of ours, without which no node becomes Ready. */
  readonly networked: boolean;
}

/** All nodes at once: none needs another to stop. */
export function planStop(cluster: ObservedCluster): ClusterPlan {
  return {
    groups: [{ id: 'stop', title: `Stopping K8s cluster "${cluster.name}" ...` }],
    operations: cluster.nodes.filter((node) => node.state !== 'stopped').map((node) => stopNode(node, { group: 'stop', needs: [] })),
  };
}

/** All nodes at once: kubelets wait for the API server by themselves. */
export function planStart(cluster: ObservedCluster, wish: StartWish): ClusterPlan {
  const starts = cluster.nodes.map((node) => startNode(node, { group: 'start', needs: [] }));
  return {
    groups: [
      { id: 'start', title: `Starting K8s cluster "${cluster.name}" ...` },
      { id: 'finish', title: 'Waiting for the cluster ...' },
    ],
    operations: [...starts, ...kept(cluster, cluster.nodes), ...revival(cluster, wish, wish.waitAll ? cluster.nodes : cluster.nodes.filter(isControlPlane), starts)],
  };
}

export function planRestart(cluster: ObservedCluster, node: ObservedNode, wish: StartWish): ClusterPlan {
  const start = startNode(node, { group: 'start', needs: node.state === 'stopped' ? [] : [id('stop-node', node.name)] });
  return {
    groups: [{ id: 'start', title: `Restarting node ${node.name} ...` }, { id: 'finish', title: 'Waiting for the node ...' }],
    operations: [...(node.state === 'stopped' ? [] : [stopNode(node, { group: 'start', needs: [] })]), start, ...kept(cluster, [node]), ...revival(cluster, wish, [node], [start])],
  };
}

/** A cluster that was never finished does not come back by itself after this either. */
function kept(cluster: ObservedCluster, nodes: readonly ObservedNode[]): ClusterOperation[] {
  const names = nodes.map((node) => node.name);
  return isComplete(cluster) ? [keepNodes(cluster.name, names, names.map((name) => id('start-node', name)), [])] : [];
}

function revival(cluster: ObservedCluster, wish: StartWish, awaited: readonly ObservedNode[], starts: readonly ClusterOperation[]): ClusterOperation[] {
  const master = controlPlaneOf(cluster);
  if (master === undefined) return [];
  const back = { nodes: awaited.map((node) => node.name), dns: starts.length > 1 || awaited.some(isControlPlane) };
  return [
    fetchCredentials(master.name, { group: 'finish', needs: starts.map((start) => start.id) }),
    awaitApi(master.name, { group: 'finish' }),
    ...(wish.networked ? [awaitBack(cluster.name, back, { needs: [id('await-api', master.name)] })] : []),
    refreshKubeconfig(cluster.name, master.name),
  ];
}

function isControlPlane(node: ObservedNode): boolean {
  return node.role === 'control-plane';
}
