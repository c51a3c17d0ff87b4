import type { EngineContext } from '../../engine.js';
import { KindboxError } from '../../errors/index.js';
import { LABELS } from '../../nodes/labels.js';
import { nodeNames } from '../../nodes/names.js';
import type { ObservedVolume } from '../../provider/types.js';
import { isComplete, isCreateLock, observeClusters, type ObservedCluster } from '../observe.js';
import type { CreateOptions } from '../options.js';
import { livenessOf, parseHolder, type Holder } from './holder.js';
import { beingCreated } from './refusals.js';

/** The lock of a create that is under way, or was killed. */
export function createLockOf(cluster: ObservedCluster): { readonly volume: ObservedVolume; readonly holder: Holder | undefined } | undefined {
  const volume = cluster.volumes.find(isCreateLock);
  return volume && { volume, holder: parseHolder(volume.labels[LABELS.lock]) };
}

/**
 * Looks for whatever has the names that a new cluster is going to use.
 * @param ownRun has made nothing yet but its lock. @throws KindboxError conflict.
 */
export async function requireFreeName(context: EngineContext, options: Pick<CreateOptions, 'name' | 'numWorkers'>, ownRun?: string): Promise<void> {
  const { name, numWorkers } = options;
  const [clusters, [foreign]] = await Promise.all([
    observeClusters(context.provider, context.signal, name),
    context.provider.findForeignContainers(nodeNames(name, numWorkers), name, context.signal),
  ]);
  const cluster = clusters.get(name);
  if (cluster !== undefined && !isOnlyLock(cluster)) throw await occupied(cluster, numWorkers);
  if (cluster !== undefined) await requireNoLiveLock(cluster, ownRun);
  if (foreign === undefined) return;
  throw new KindboxError(`A container named ${foreign.name} exists already`, {
    reason: 'conflict', because: 'kindbox did not make it, and does not touch it.',
    next: ['Choose another name for the cluster', `docker rename ${foreign.name} NEW_NAME`],
  });
}

function isOnlyLock({ nodes, networks, volumes }: ObservedCluster): boolean {
  return nodes.length === 0 && networks.length === 0 && volumes.every(isCreateLock);
}

/** A create that was killed before it made anything leaves a lock that stands in nobody's way. */
async function requireNoLiveLock(cluster: ObservedCluster, ownRun: string | undefined): Promise<void> {
  const lock = createLockOf(cluster);
  if (lock === undefined || lock.volume.labels[LABELS.run] === ownRun) return;
  const liveness = await livenessOf(lock.holder);
  if (liveness !== 'dead') throw beingCreated(cluster.name, lock.holder, liveness);
}

async function occupied(cluster: ObservedCluster, numWorkers: number): Promise<KindboxError> {
  const { name } = cluster;
  const lock = createLockOf(cluster);
  if (lock !== undefined && !isComplete(cluster)) return beingCreated(name, lock.holder, await livenessOf(lock.holder));
  return new KindboxError(`A cluster named "${name}" exists already, or a part of one`, {
    reason: 'conflict', next: ['kindbox list', `kindbox resize --num-workers=${numWorkers} ${name}`, `kindbox destroy ${name}`],
  });
}
