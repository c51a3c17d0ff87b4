import type { EngineContext } from '../../engine.js';
import { controlPlaneOf, type ObservedCluster } from '../observe.js';
import { withClusterLock, type LockedVerb } from './cluster-lock.js';

/**
 * Does something to a cluster to which nobody else does anything meanwhile. There is nothing to lock where the control plane
 * does not run, and nobody who could change it: all other verbs want it to run. @throws as withClusterLock does.
 */
export async function alone<T>(
  context: EngineContext, cluster: ObservedCluster, verb: LockedVerb, work: (context: EngineContext, cluster: ObservedCluster) => Promise<T>,
): Promise<T> {
  const master = controlPlaneOf(cluster);
  if (master?.state !== 'running') return work(context, cluster);
  return withClusterLock(context, cluster, master, verb, async (inner, locked) => work(inner, await locked));
}
