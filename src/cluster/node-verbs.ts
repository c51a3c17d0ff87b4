import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { uncordon } from '../kubernetes/nodes.js';
import type { NodeSettings } from '../nodes/settings.js';
import type { HostDescription } from '../provider/host-description.js';
import type { ObservedNode } from '../provider/types.js';
import { cleanUpThroughApi } from './clean-up.js';
import { requireNoFailures } from './failures.js';
import { withClusterLock } from './lock/cluster-lock.js';
import { nodeNamed, observeClusters, workersOf, type ObservedCluster } from './observe.js';
import type { ClusterPlan } from './operations.js';
import type { NodeRemovalOptions, ResizeOptions, ResizeResult } from './options.js';
import { removal } from './resize-plan.js';
import { resizeTo, runningMasterOf } from './resize.js';
import { runPlan } from './run-plan.js';
import { existingSession } from './session.js';
import { fetchCredentials } from './shared-operations.js';

/** Adds one worker, with settings of its own. @throws as resizeCluster does. */
export async function addNode(context: EngineContext, options: Omit<ResizeOptions, 'numWorkers'> & { readonly settings: NodeSettings }): Promise<ResizeResult> {
  return resizeTo(context, { ...options, numWorkers: 1 }, 'node add', (workers) => workers + 1);
}

/** Drains one worker and removes it: Node object, container and volumes. @throws KindboxError usage, notFound, cluster, timeout. */
export async function removeNode(context: EngineContext, options: NodeRemovalOptions): Promise<{ name: string; node: string; durationMs: number }> {
  const startedAt = Date.now();
  const { provider, signal } = context;
  const [host, clusters] = await Promise.all([provider.describeHost(signal), observeClusters(provider, signal)]);
  const { cluster, node } = nodeNamed(clusters, options.node);
  if (node.role === 'control-plane') {
    throw new KindboxError(`${node.name} is the control plane of "${cluster.name}" and cannot be removed`, {
      reason: 'usage', because: 'There is no cluster without it.', next: [`kindbox destroy ${cluster.name}`],
    });
  }
  const master = await runningMasterOf(context, cluster);
  await withClusterLock(context, cluster, master, { verb: 'node remove', participle: 'changed' }, async (inner, locked) => removeLocked(inner, options, host, master, node, await locked));
  return { name: cluster.name, node: node.name, durationMs: Date.now() - startedAt };
}

async function removeLocked(
  context: EngineContext, options: NodeRemovalOptions, host: HostDescription, master: ObservedNode, { name }: ObservedNode, cluster: ObservedCluster,
): Promise<void> {
  const { node } = nodeNamed(new Map([[cluster.name, cluster]]), name);
  const session = existingSession(context, { name: cluster.name, nodes: [master] }, { host, waitMs: options.drainTimeoutMs });
  const outcome = await runPlan(context, session, planRemoval(master.name, removal(node, [node], options)), { makesNothing: true }).catch(async (error: unknown) => {
    // It stays, and is to take pods again.
    await cleanUpThroughApi(session, (api, limited) => uncordon(api, node.name, limited)).catch(() => undefined);
    throw error;
  });
  requireNoFailures(cluster.name, workersOf(cluster).length, outcome);
}

function planRemoval(master: string, operations: ClusterPlan['operations']): ClusterPlan {
  const credentials = fetchCredentials(master, { group: 'resize', needs: [] });
  return {
    groups: [{ id: 'resize', title: 'Removing the node ...' }],
    operations: [
      credentials,
      ...operations.map((operation) => ({ ...operation, needs: [credentials.id, ...operation.needs] })),
    ],
  };
}
