import type { EngineContext } from '../engine.js';
import { LABELS } from '../nodes/labels.js';
import { controlPlaneOf, observeClusters, workersOf, type ObservedCluster } from './observe.js';
import type { ClusterSummary } from './options.js';
import { diagnoseContainers } from './repair/containers.js';
import { diagnose } from './repair/diagnose.js';
import type { Finding } from './repair/findings.js';
import { lookInside } from './repair/inside.js';
import { judge } from './repair/state.js';

/** Milliseconds that a cluster may take to answer. All are asked at once. */
const CHECK_MS = 5000;

export interface ListOptions {
  /** Ask the API servers and the nodes, too, and not Docker alone. */
  readonly check?: boolean;
}

/** All clusters of the engine, by name, those included of which only a part is left. */
export async function listClusters(context: EngineContext, { check = false }: ListOptions = {}): Promise<ClusterSummary[]> {
  const clusters = [...(await observeClusters(context.provider, context.signal)).values()];
  if (!check) return clusters.map((cluster) => summarize(cluster, diagnoseContainers(cluster)));
  const host = await context.provider.describeHost(context.signal);
  return Promise.all(clusters.map(async (cluster) => summarize(cluster, diagnose(cluster, await lookInside(context, host, cluster, CHECK_MS)))));
}

function summarize(cluster: ObservedCluster, findings: readonly Finding[]): ClusterSummary {
  const master = controlPlaneOf(cluster);
  return {
    name: cluster.name,
    workers: workersOf(cluster).length,
    network: (master ?? cluster.nodes[0])?.network ?? cluster.networks[0]?.name ?? '',
    image: master?.image ?? '',
    kubernetesVersion: master?.labels[LABELS.kubernetesVersion] ?? '',
    ...judge(cluster, findings),
    findings,
    nodes: cluster.nodes.map((node) => ({
      name: node.name, id: node.id, role: node.role, state: node.state,
      address: node.addresses[0]?.ipv4 ?? '', runtime: node.labels[LABELS.runtime] ?? '', image: node.image,
    })),
  };
}
