import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineContext } from '../../engine.js';
import { observeClusters, type ObservedCluster } from '../observe.js';

/** Milliseconds without a change after which a cluster is taken for one that stays as it is. */
const STILL = 1000;
const POLL = 100;

/** Whether somebody is destroying the cluster: looks on until it is gone, or no less of it than before. */
export async function isVanishing({ provider, signal }: EngineContext, cluster: ObservedCluster): Promise<boolean> {
  let before = sizeOf(cluster);
  for (let changedAt = Date.now(); Date.now() - changedAt < STILL;) {
    await sleep(POLL, undefined, { signal });
    const now = sizeOf((await observeClusters(provider, signal, cluster.name)).get(cluster.name));
    if (now === 0) return true;
    if (now < before) changedAt = Date.now();
    before = now;
  }
  return false;
}

function sizeOf(cluster: ObservedCluster | undefined): number {
  return cluster === undefined ? 0 : cluster.nodes.length + cluster.networks.length + cluster.volumes.length;
}
