import type { EngineContext } from '../engine.js';
import { execWhileRunning } from '../nodes/node-failure.js';
import type { ObservedNode } from '../provider/types.js';
import type { ClusterSession } from './session.js';

export const SUPER_ADMIN_CONFIG = '/etc/kubernetes/super-admin.conf';
const ADMIN_CONFIG = '/etc/kubernetes/admin.conf';

/** Between documents of YAML; kubeadm writes none. */
const SEPARATOR = '---\n';

/** The kubeconfigs of a control plane, as far as it has them. */
export interface ReadKubeconfigs {
  readonly superAdmin: string;
  readonly admin: string;
  readonly complaint: string;
}

/** Both by one exec, which costs more than reading does. */
export async function readKubeconfigs({ provider, signal }: Pick<EngineContext, 'provider' | 'signal'>, master: ObservedNode): Promise<ReadKubeconfigs> {
  const { stdout, stderr } = await execWhileRunning(provider, master, ['cat', SUPER_ADMIN_CONFIG, '-', ADMIN_CONFIG], { signal, stdin: SEPARATOR });
  const [superAdmin = '', admin = ''] = stdout.split(SEPARATOR);
  return { superAdmin, admin, complaint: stderr };
}

/**
 * Takes the administrator's kubeconfig. Since 1.29 `admin.conf` has no rights until kubeadm has bound its group, so
 * while the control plane is being set up `super-admin.conf` is used where it exists.
 * @param reading has begun before the session did, where that saves time. @throws KindboxError cluster when there is none.
 */
export async function readCredentials(session: ClusterSession, master: ObservedNode, signal: AbortSignal, reading = readKubeconfigs({ provider: session.provider, signal }, master)): Promise<void> {
  const { superAdmin, admin, complaint } = await reading;
  if (admin === '') {
    throw session.failure(`The control plane ${master.name} has no kubeconfig`, 'kubeadm has not been run there, or did not get far.', complaint);
  }
  session.adminConfig = admin;
  session.operator = superAdmin === '' ? { yaml: admin, path: ADMIN_CONFIG } : { yaml: superAdmin, path: SUPER_ADMIN_CONFIG };
}
