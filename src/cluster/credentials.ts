import type { EngineContext } from '../engine.js';
import type { ExecResult, ObservedNode } from '../provider/types.js';
import type { ClusterSession } from './session.js';

export const SUPER_ADMIN_CONFIG = '/etc/kubernetes/super-admin.conf';
const ADMIN_CONFIG = '/etc/kubernetes/admin.conf';

/** What the two files have, if they exist. */
export function readKubeconfigs({ provider, signal }: Pick<EngineContext, 'provider' | 'signal'>, master: ObservedNode): Promise<ExecResult[]> {
  return Promise.all([SUPER_ADMIN_CONFIG, ADMIN_CONFIG].map((file) => provider.exec(master.id, ['cat', file], { signal })));
}

/**
 * Takes the administrator's kubeconfig. Since 1.29 `admin.conf` has no rights until kubeadm has bound its group, so
 * while the control plane is being set up `super-admin.conf` is used where it exists.
 * @param reading has begun before the session did, where that saves time. @throws KindboxError cluster when there is none.
 */
export async function readCredentials(session: ClusterSession, master: ObservedNode, signal: AbortSignal, reading = readKubeconfigs({ provider: session.provider, signal }, master)): Promise<void> {
  const [superAdmin, admin] = await reading;
  if (admin === undefined || admin.exitCode !== 0) {
    throw session.failure(`The control plane ${master.name} has no kubeconfig`, 'kubeadm has not been run there, or did not get far.', admin?.stderr);
  }
  session.adminConfig = admin.stdout;
  session.operator = superAdmin?.exitCode === 0 ? { yaml: superAdmin.stdout, path: SUPER_ADMIN_CONFIG } : { yaml: admin.stdout, path: ADMIN_CONFIG };
}
