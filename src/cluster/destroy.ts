import type { EngineContext } from '../engine.js';
import { KindboxError, messageOf } from '../errors/index.js';
import { removeKubeconfig } from '../kubeconfig/remove.js';
import { executePlan, type PlanOutcome } from '../plan/execute.js';
import { planDestroy } from './destroy-plan.js';
import { handlersFor } from './handlers/index.js';
import { removeLatecomers } from './latecomers.js';
import { createLockOf } from './lock/free-name.js';
import { describeHolder, livenessOf } from './lock/holder.js';
import { isComplete, observeClusters, type ObservedCluster } from './observe.js';
import type { DestroyOptions, DestroyResult } from './options.js';
import { existingSession, type ClusterSession } from './session.js';
import { validateClusterName } from './validate.js';

type Destroyed = DestroyResult['destroyed'][number];

/**
 * Removes clusters, or what is left of them, concurrently. What does not exist is a success: destroy is idempotent.
 * @throws KindboxError usage; partial, naming what could not be removed.
 */
export async function destroyClusters(context: EngineContext, options: DestroyOptions): Promise<DestroyResult> {
  const startedAt = Date.now();
  options.names.forEach(validateClusterName);
  if (options.names.length === 0 && !options.all) {
    throw new KindboxError('Which cluster is to be destroyed?', { reason: 'usage', next: ['kindbox destroy NAME', 'kindbox destroy --all'] });
  }
  const only = !options.all && options.names.length === 1 ? options.names[0] : undefined;
  const [host, clusters] = await Promise.all([context.provider.describeHost(context.signal), observeClusters(context.provider, context.signal, only)]);
  const names = options.all ? [...clusters.keys()] : [...new Set(options.names)];
  const absent = names.filter((name) => !clusters.has(name));
  const present = names.flatMap((name) => clusters.get(name) ?? []);

  const results = await Promise.allSettled(present.map(async (cluster) => {
    const session = existingSession(context, cluster, { host, waitMs: 0 });
    await tellOfCreate(context, cluster);
    const outcome = await executePlan(planDestroy(cluster), handlersFor(session), context.emit, context.signal);
    return { cluster, session, problems: problemsOf(outcome) };
  }));
  for (const name of absent) {
    await removeKubeconfig(name, context.environment, context.signal).catch(() => undefined);
    context.emit({ type: 'note', level: 'info', message: `There is no cluster named "${name}".`, at: Date.now() });
  }

  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const done = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const clean = done.filter((result) => result.problems.length === 0);
  const kept = new Set(clean.flatMap(({ cluster, session }) => (session.networkKept ? cluster.networks.map(({ id }) => id) : [])));
  const left = await removeLatecomers(context, clean.map(({ cluster }) => cluster), kept);
  const problems = [...done.flatMap((result) => result.problems), ...left.map((name) => `${name}: is still there, or was made again`)];
  if (problems.length > 0) {
    throw new KindboxError('Not everything could be removed', {
      reason: 'partial', logTail: problems.join('\n'), next: names.map((name) => `kindbox destroy ${name}`),
    });
  }
  return { destroyed: done.map(({ cluster, session }) => describe(cluster, session)), absent, durationMs: Date.now() - startedAt };
}

async function tellOfCreate(context: EngineContext, cluster: ObservedCluster): Promise<void> {
  const lock = createLockOf(cluster);
  if (lock === undefined || isComplete(cluster) || await livenessOf(lock.holder) === 'dead') return;
  context.emit({ type: 'note', level: 'info', at: Date.now(), message: `"${cluster.name}" is being created by ${describeHolder(lock.holder)}. That ends now.` });
}

function describe(cluster: ObservedCluster, session: ClusterSession): Destroyed {
  return {
    name: cluster.name,
    nodes: cluster.nodes.map((node) => node.name),
    network: cluster.networks.length === 0 ? 'absent' : session.networkKept ? 'kept' : 'removed',
    kubeconfig: session.kubeconfig ?? null,
  };
}

function problemsOf(outcome: PlanOutcome): string[] {
  return [...outcome.failures].map(([id, error]) => `${id}: ${messageOf(error)}`);
}
