import { writeKubeconfig } from './write.js';
import type { KubeconfigEntries } from './convert.js';
import { updateMerged } from './merge.js';
import { ownerOf } from './own-file.js';
import { kubeconfigPathIfAny, type Environment } from './path.js';

/** Brings up to date whatever kubeconfig knows the cluster by entries of ours; makes none. */
export async function refreshKubeconfig(entries: KubeconfigEntries, environment: Environment, signal: AbortSignal): Promise<void> {
  const cluster = entries.clusters.name;
  const own = kubeconfigPathIfAny(cluster, environment);
  if (own !== undefined && await ownerOf(own, cluster) === 'ours') await writeKubeconfig(entries, environment);
  await updateMerged(entries, environment, signal);
}
