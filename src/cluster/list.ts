import type { EngineContext } from '../engine.js';
import { LABELS } from '../nodes/labels.js';
import { controlPlaneOf, isComplete, observeClusters, workersOf, type ObservedCluster } from './observe.js';
import type { ClusterState, ClusterSummary } from './options.js';

/** All clusters of the engine, by name, those included of which only a part is left. */
export async function listClusters(context: EngineContext): Promise<ClusterSummary[]> {
  const clusters = await observeClusters(context.provider, context.signal);
  return [...clusters.values()].map(summarize);
}

export function summarize(cluster: ObservedCluster): ClusterSummary {
  const master = controlPlaneOf(cluster);
  return {
    name: cluster.name,
    workers: workersOf(cluster).length,
    network: (master ?? cluster.nodes[0])?.network ?? cluster.networks[0]?.name ?? '',
    image: master?.image ?? '',
    kubernetesVersion: master?.labels[LABELS.kubernetesVersion] ?? '',
    state: stateOf(cluster),
    nodes: cluster.nodes.map((node) => ({
      name: node.name, id: node.id, role: node.role, state: node.state,
      address: node.addresses[0]?.ipv4 ?? '', runtime: node.labels[LABELS.runtime] ?? '', image: node.image,
    })),
  };
}

function stateOf(cluster: ObservedCluster): ClusterState {
  if (controlPlaneOf(cluster) === undefined || !isComplete(cluster)) return 'partial';
  const running = cluster.nodes.filter((node) => node.state === 'running').length;
  if (running === cluster.nodes.length) return 'running';
  return running === 0 ? 'stopped' : 'broken';
}
