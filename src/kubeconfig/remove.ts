import { rm } from 'node:fs/promises';
import { unmergeKubeconfig } from './merge.js';
import { ownerOf } from './own-file.js';
import { kubeconfigPathIfAny, type Environment } from './path.js';

/** Removes a cluster's own kubeconfig, if it is ours, and its entries in the user's. @returns a path that was changed, or null. */
export async function removeKubeconfig(cluster: string, environment: Environment, signal: AbortSignal): Promise<string | null> {
  const own = await removeOwn(cluster, environment);
  const [merged] = await unmergeKubeconfig(cluster, environment, signal);
  return own ?? merged ?? null;
}

async function removeOwn(cluster: string, environment: Environment): Promise<string | undefined> {
  const path = kubeconfigPathIfAny(cluster, environment);
  if (path === undefined || await ownerOf(path, cluster) !== 'ours') return undefined;
  await rm(path, { force: true });
  return path;
}
