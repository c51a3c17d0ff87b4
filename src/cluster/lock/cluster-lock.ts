import type { EngineContext } from '../../engine.js';
import { CancelledError, KindboxError } from '../../errors/index.js';
import type { ObservedNode } from '../../provider/types.js';
import { CLEAN_UP_MS } from '../clean-up.js';
import { isComplete, noSuchCluster, observeClusters, type ObservedCluster } from '../observe.js';
import { rollBack } from '../rollback.js';
import { createLockOf } from './free-name.js';
import { livenessOf, thisProcess, type Holder } from './holder.js';
import { lockNode, type NodeLock } from './node-lock.js';
import { beingCreated, destroyedMeanwhile } from './refusals.js';

/** Milliseconds, generous to clocks that differ. A create locks its control plane long before. */
const LOCKED_BY_THEN = 300_000;

export interface LockedVerb {
  /** `resize`, and what it does to a cluster: `resized`. */
  readonly verb: string;
  readonly participle: string;
  /** What the verb makes carries this. */
  readonly run?: string;
}

/**
 * Does something to a cluster whose control plane runs, and to which nobody else does anything meanwhile but destroy it:
 * then `work` is cancelled, and what it made removed.
 * @param work is called at once, as much of what it does needs no lock; it may change things only after `locked`, which
 * resolves with the cluster as it is then. @throws KindboxError conflict, naming who works on the cluster.
 */
export async function withClusterLock<T>(
  context: EngineContext, cluster: ObservedCluster, master: ObservedNode, verb: LockedVerb,
  work: (context: EngineContext, locked: Promise<ObservedCluster>) => Promise<T>,
): Promise<T> {
  const { provider, signal } = context;
  const destroyed = new AbortController();
  const isGone = async (): Promise<boolean> => {
    const nodes = await provider.listNodes({ cluster: cluster.name }, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => [master]);
    return !nodes.some(({ id }) => id === master.id);
  };
  const inner = { ...context, signal: AbortSignal.any([signal, destroyed.signal]) };
  const acquiring = acquire(inner, cluster, master, verb);
  const locked = acquiring.then(({ observed }) => observed);
  locked.catch((error: unknown) => { destroyed.abort(error); });
  void acquiring.then(async ({ lock }) => {
    await lock?.ended;
    if (lock !== undefined && await isGone()) destroyed.abort(destroyedMeanwhile(cluster.name, verb.participle));
  }, () => undefined);

  try {
    return await work(inner, locked);
  } catch (error) {
    // What the work failed of may be that it had no lock, or no cluster any more.
    const unlocked: unknown = await acquiring.then(() => undefined, (reason: unknown) => reason);
    const first = unlocked ?? error;
    if (isRefusal(first) || signal.aborted || first instanceof CancelledError || !await isGone()) throw first;
    await removeRetained(context, cluster.name, verb.run);
    throw destroyedMeanwhile(cluster.name, verb.participle);
  } finally {
    await (await acquiring.catch(() => undefined))?.lock?.release();
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof KindboxError && error.reason === 'conflict';
}

/** --retain is for clusters that are; and not all of it may have been there when destroy looked. */
async function removeRetained(context: EngineContext, cluster: string, run: string | undefined): Promise<void> {
  if (run === undefined) return;
  const left = await context.provider.listNodes({ cluster, run }, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => []);
  if (left.length > 0) await rollBack(context, { cluster, run });
}

async function acquire(context: EngineContext, { name }: ObservedCluster, master: ObservedNode, { verb }: LockedVerb): Promise<{ lock: NodeLock | undefined; observed: ObservedCluster }> {
  const lock = await lockNode(context.provider, master, await thisProcess(verb), context.signal);
  if (lock === undefined) {
    context.emit({ type: 'note', level: 'warning', message: `The image of ${master.name} has no flock: nothing keeps another kindbox from changing "${name}" at the same time.`, at: Date.now() });
  }
  try {
    const observed = (await observeClusters(context.provider, context.signal, name)).get(name);
    if (observed === undefined) throw noSuchCluster(name);
    await clearCreateLock(context, observed);
    return { lock, observed };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/** A create that has come far holds the lock that is ours now: what it left of its own is of one that was killed. */
async function clearCreateLock({ provider }: EngineContext, cluster: ObservedCluster): Promise<void> {
  const left = createLockOf(cluster);
  if (left === undefined) return;
  if (!isComplete(cluster) && !await isOver(left.holder)) throw beingCreated(cluster.name, left.holder, await livenessOf(left.holder));
  await provider.removeVolume(left.volume.id);
}

async function isOver(holder: Holder | undefined): Promise<boolean> {
  const liveness = await livenessOf(holder);
  if (liveness !== 'unknown') return liveness === 'dead';
  return !(Date.now() - Date.parse(holder?.since ?? '') < LOCKED_BY_THEN);
}
