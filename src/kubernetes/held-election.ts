import type { ApiClient } from './api-client.js';
import { ApiError, orAbsent } from './api-error.js';
import type { FirstObject } from './first-objects.js';
import { awaitApiReady } from './readiness.js';
import type { KubernetesObject } from './types.js';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const CONTROLLER_MANAGER = 'kube-controller-manager';
const HOLDER = 'kindbox';

/** What the controller manager asks for before it starts its controllers: whether all start-up hooks of the API server have run. */
const HEALTHZ = '/healthz';

interface Lease extends KubernetesObject {
  readonly spec?: { readonly holderIdentity?: unknown };
}

/**
 * Keeps the controller manager from being elected. From its election on it asks once a second whether the API server's start-up hooks
 * have run (WaitForAPIServer in Kubernetes' cmd/kube-controller-manager), and they take a second and a bit: elected at once, it starts
 * its controllers up to a second late. It is elected by itself fifteen seconds later if nobody frees it.
 */
export const HELD_ELECTION: FirstObject = {
  apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: CONTROLLER_MANAGER, namespace: 'kube-system' },
  spec: { holderIdentity: HOLDER, leaseDurationSeconds: 15 },
};

/**
 * Has the controller manager elected when its first look finds the hooks done, if the election is held.
 * @throws KindboxError timeout, ApiError, CancelledError.
 */
export async function freeElection(api: Pick<ApiClient, 'request'>, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await awaitApiReady(api, timeoutMs, signal, HEALTHZ);
  const path = `${LEASES}/${CONTROLLER_MANAGER}`;
  const lease = await orAbsent(api.request<Lease>('GET', path, { signal }));
  if (lease?.spec?.holderIdentity !== HOLDER) return;
  const { uid, resourceVersion } = lease.metadata;
  try {
    await api.request('DELETE', path, { signal, body: { preconditions: { uid, resourceVersion } } });
  } catch (error) {
    // It has been elected meanwhile.
    if (!(error instanceof ApiError && (error.status === 404 || error.status === 409))) throw error;
  }
}
