import type { ObservedNode } from '../provider/types.js';
import type { ClusterSession } from './session.js';

export const SUPER_ADMIN_CONFIG = '/etc/kubernetes/super-admin.conf';
const ADMIN_CONFIG = '/etc/kubernetes/admin.conf';

/**
 * Reads the administrator's kubeconfig. Since 1.29 `admin.conf` has no rights until kubeadm has bound its group, so
 * while the control plane is being set up `super-admin.conf` is used where it exists.
 * @throws KindboxError cluster when there is none.
 */
export async function readCredentials(session: ClusterSession, master: ObservedNode, signal: AbortSignal): Promise<void> {
  const [superAdmin, admin] = await Promise.all([SUPER_ADMIN_CONFIG, ADMIN_CONFIG].map((file) =>
    session.provider.exec(master.id, ['cat', file], { signal })));
  if (admin === undefined || admin.exitCode !== 0) {
    throw session.failure(`The control plane ${master.name} has no kubeconfig`, 'kubeadm has not been run there, or did not get far.', admin?.stderr);
  }
  session.adminConfig = admin.stdout;
  session.operator = superAdmin?.exitCode === 0 ? { yaml: superAdmin.stdout, path: SUPER_ADMIN_CONFIG } : { yaml: admin.stdout, path: ADMIN_CONFIG };
}
