import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { uncordon } from '../kubernetes/nodes.js';
import { LABELS } from '../nodes/labels.js';
import type { NodeSettings } from '../nodes/settings.js';
import { cleanUpThroughApi } from './clean-up.js';
import { requireNoFailures } from './failures.js';
import { controlPlaneOf, nodeNamed, noSuchCluster, observeClusters, workersOf } from './observe.js';
import type { ClusterPlan } from './operations.js';
import type { NodeRemovalOptions, ResizeOptions, ResizeResult } from './options.js';
import { removal } from './resize-plan.js';
import { requireRunningMaster, resizeCluster } from './resize.js';
import { runPlan } from './run-plan.js';
import { ClusterSession } from './session.js';
import { validateClusterName } from './validate.js';

/** Adds one worker, with settings of its own. @throws as resizeCluster does. */
export async function addNode(context: EngineContext, options: Omit<ResizeOptions, 'numWorkers'> & { readonly settings: NodeSettings }): Promise<ResizeResult> {
  validateClusterName(options.name);
  const cluster = (await observeClusters(context.provider, context.signal, options.name)).get(options.name);
  if (cluster === undefined) throw noSuchCluster(options.name);
  return resizeCluster(context, { ...options, numWorkers: workersOf(cluster).length + 1 });
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
  const master = requireRunningMaster(cluster);
  const session = new ClusterSession(context, {
    cluster: cluster.name, run: '', host, kubernetesVersion: controlPlaneOf(cluster)?.labels[LABELS.kubernetesVersion] ?? '', master: master.name, waitMs: options.drainTimeoutMs,
  });
  session.remember(master);
  session.configurationWritten.resolve();
  const outcome = await runPlan(context, session, planRemoval(master.name, removal(node, [node], options)), { makesNothing: true }).catch(async (error: unknown) => {
    // It stays, and is to take pods again.
    await cleanUpThroughApi(session, (api, limited) => uncordon(api, node.name, limited)).catch(() => undefined);
    throw error;
  });
  requireNoFailures(cluster.name, workersOf(cluster).length, outcome);
  return { name: cluster.name, node: node.name, durationMs: Date.now() - startedAt };
}

function planRemoval(master: string, operations: ClusterPlan['operations']): ClusterPlan {
  const credentials = `fetch-credentials/${master}`;
  return {
    groups: [{ id: 'resize', title: 'Removing the node ...' }],
    operations: [
      { kind: 'fetch-credentials', id: credentials, group: 'resize', title: `Setting up kubectl on ${master} ...`, needs: [], node: master },
      ...operations.map((operation) => ({ ...operation, needs: [credentials, ...operation.needs] })),
    ],
  };
}
