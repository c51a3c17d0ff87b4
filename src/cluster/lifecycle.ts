import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { executePlan } from '../plan/execute.js';
import { handlersFor } from './handlers/index.js';
import { planRestart, planStart, planStop, type StartWish } from './lifecycle-plan.js';
import { alone } from './lock/alone.js';
import { controlPlaneOf, isNetworked, nodeNamed, noSuchCluster, observeClusters, type ObservedCluster } from './observe.js';
import type { ClusterPlan } from './operations.js';
import type { LifecycleOptions, LifecycleResult, RestartOptions } from './options.js';
import { existingSession } from './session.js';
import { validateClusterName } from './validate.js';

/** Stops all nodes of clusters; what is stopped already is a success. @throws KindboxError usage, notFound. */
export async function stopClusters(context: EngineContext, options: Pick<LifecycleOptions, 'names'>): Promise<LifecycleResult> {
  return forEach(context, options.names, async (cluster) => {
    return alone(context, cluster, { verb: 'stop', participle: 'stopped' }, async (inner, now) => {
      await execute(inner, now, planStop(now), 0);
      return now.nodes.filter((node) => node.state !== 'stopped').map((node) => node.name);
    });
  });
}

/**
 * Starts all nodes of clusters and waits until they work again, which is later than what the API server remembers.
 * @throws KindboxError usage, notFound, cluster, timeout.
 */
export async function startClusters(context: EngineContext, options: LifecycleOptions): Promise<LifecycleResult> {
  return forEach(context, options.names, async (cluster) => {
    requireControlPlane(cluster);
    return alone(context, cluster, { verb: 'start', participle: 'started' }, async (inner, now) => {
      await execute(inner, now, planStart(now, { waitAll: options.waitAll, networked: isNetworked(now) }), options.waitMs);
      return now.nodes.filter((node) => node.state === 'stopped').map((node) => node.name);
    });
  });
}

/** Stops and starts one node and waits until it is Ready again. @throws KindboxError notFound, cluster, timeout. */
export async function restartNode(context: EngineContext, options: RestartOptions): Promise<{ name: string; node: string; durationMs: number }> {
  const startedAt = Date.now();
  const { cluster, node } = nodeNamed(await observeClusters(context.provider, context.signal), options.node);
  requireControlPlane(cluster);
  const wish: StartWish = { waitAll: false, networked: isNetworked(cluster) };
  await alone(context, cluster, { verb: 'node restart', participle: 'changed' }, async (inner, now) => {
    await execute(inner, now, planRestart(now, nodeNamed(new Map([[now.name, now]]), node.name).node, wish), options.waitMs);
  });
  return { name: cluster.name, node: node.name, durationMs: Date.now() - startedAt };
}

async function forEach(context: EngineContext, names: readonly string[], work: (cluster: ObservedCluster) => Promise<string[]>): Promise<LifecycleResult> {
  const startedAt = Date.now();
  names.forEach(validateClusterName);
  const clusters = await observeClusters(context.provider, context.signal);
  const chosen = [...new Set(names)].map((name) => {
    const cluster = clusters.get(name);
    if (cluster === undefined || cluster.nodes.length === 0) throw noSuchCluster(name);
    return cluster;
  });
  const settled = await Promise.allSettled(chosen.map(async (cluster) => ({ name: cluster.name, changed: await work(cluster) })));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const done = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return { clusters: done, durationMs: Date.now() - startedAt };
}

async function execute(context: EngineContext, cluster: ObservedCluster, plan: ClusterPlan, waitMs: number): Promise<void> {
  const host = await context.provider.describeHost(context.signal);
  const session = existingSession(context, cluster, { host, waitMs });
  try {
    await executePlan(plan, handlersFor(session), context.emit, context.signal);
  } finally {
    await session.close().catch(() => undefined);
  }
}

function requireControlPlane(cluster: ObservedCluster): void {
  if (controlPlaneOf(cluster) !== undefined) return;
  throw new KindboxError(`The cluster "${cluster.name}" has no control plane any more`, {
    reason: 'cluster', because: 'Its container was removed.', next: [`kindbox destroy ${cluster.name}`],
  });
}
