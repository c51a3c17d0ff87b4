import { noSuchCluster, observeClusters } from '../cluster/observe.js';
import { requireRunningMaster } from '../cluster/resize.js';
import { serverOf } from '../cluster/server-address.js';
import { validateClusterName } from '../cluster/validate.js';
import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { parseAdminConfig } from '../kubernetes/credentials.js';
import { userEntries, userKubeconfig, type KubeconfigEntries } from './convert.js';
import { mergeKubeconfig } from './merge.js';

/** The kubeconfig of a running cluster, read from its control plane. @throws KindboxError usage, notFound, cluster. */
export async function readKubeconfig(context: EngineContext, name: string): Promise<string> {
  return userKubeconfig(await readEntries(context, name));
}

/** Puts a running cluster into the user's own kubeconfig. @returns its path. @throws KindboxError usage, notFound, cluster, partial. */
export async function mergeCluster(context: EngineContext, name: string, switchContext: boolean): Promise<string> {
  return mergeKubeconfig(await readEntries(context, name), switchContext, context.environment, context.signal);
}

async function readEntries(context: EngineContext, name: string): Promise<KubeconfigEntries> {
  validateClusterName(name);
  const { provider, signal } = context;
  const [host, clusters] = await Promise.all([provider.describeHost(signal), observeClusters(provider, signal, name)]);
  const cluster = clusters.get(name);
  if (cluster === undefined) throw noSuchCluster(name);
  const master = requireRunningMaster(cluster);
  const result = await provider.exec(master.id, ['cat', '/etc/kubernetes/admin.conf'], { signal });
  if (result.exitCode !== 0) {
    throw new KindboxError(`The control plane ${master.name} has no kubeconfig`, {
      reason: 'cluster', because: 'kubeadm has not been run there, or did not get far.', next: ['kindbox list', `kindbox destroy ${name}`],
    });
  }
  return userEntries(name, result.stdout, serverOf(master, host.address, parseAdminConfig(result.stdout).server));
}
