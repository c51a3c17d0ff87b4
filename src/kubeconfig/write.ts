import { dirname } from 'node:path';
import { KindboxError } from '../errors/index.js';
import { ensureFolder } from '../files/folder.js';
import { fileTrouble, writePrivateFile } from '../files/private-file.js';
import { userKubeconfig, type KubeconfigEntries } from './convert.js';
import { ownerOf } from './own-file.js';
import { kubeconfigPath, type Environment } from './path.js';

/**
 * Writes the kubeconfig of a cluster: atomically, synced, readable by its owner only.
 * @returns its path. @throws KindboxError partial: a cluster is not worth less because its kubeconfig cannot be written.
 */
export async function writeKubeconfig(entries: KubeconfigEntries, environment: Environment): Promise<string> {
  const cluster = entries.clusters.name;
  const path = kubeconfigPath(cluster, environment);
  const unwritten = (because: string, cause?: unknown): KindboxError => new KindboxError(`The kubeconfig ${path} was not written`, {
    reason: 'partial', because, cause,
    next: [`kindbox kubeconfig get ${cluster} > kubeconfig`, `docker exec ${cluster}-master kubectl get nodes`],
  });
  try {
    if (await ownerOf(path, cluster) === 'foreign') throw unwritten('Something that kindbox did not write is there, and is left alone.');
    await ensureFolder(dirname(path));
    await writePrivateFile(path, userKubeconfig(entries));
    return path;
  } catch (error) {
    if (error instanceof KindboxError) throw error;
    throw unwritten(fileTrouble(error), error);
  }
}
