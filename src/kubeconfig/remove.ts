import { rm } from 'node:fs/promises';
import { ownerOf } from './own-file.js';
import { kubeconfigPath, type Environment } from './path.js';

/** Removes the kubeconfig of a cluster if it is ours. @returns its path, or null when there was none of ours. */
export async function removeKubeconfig(cluster: string, environment: Environment): Promise<string | null> {
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  if (home === undefined || home === '') return null;
  const path = kubeconfigPath(cluster, environment);
  if (await ownerOf(path, cluster) !== 'ours') return null;
  await rm(path, { force: true });
  return path;
}
