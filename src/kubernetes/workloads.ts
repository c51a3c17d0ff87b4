import { KindboxError } from '../errors/index.js';
import type { ApiClient } from './api-client.js';
import { ApiError, orAbsent } from './api-error.js';
import { isNamed } from './conform.js';
import { describePod, isPodReady } from './describe.js';
import type { Deployment, KubernetesList, Pod, Workload } from './types.js';
import { seconds, withDeadline } from './wait.js';

/** Time to find out why, once the wait itself has failed. */
const EXPLAIN_MS = 5000;

/** Waits, over one watch, until a Deployment has the pods it needs to serve. @throws KindboxError timeout, with what its pods wait for. */
export async function awaitDeploymentAvailable(
  api: Pick<ApiClient, 'request' | 'watch'>,
  namespace: string,
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments?fieldSelector=metadata.name%3D${encodeURIComponent(name)}`;
  let last: Deployment | undefined;
  await withDeadline(timeoutMs, signal, async (limited) => {
    for await (const event of api.watch<Deployment>(path, { signal: limited })) {
      if (event.type === 'SYNCED') continue;
      last = event.type === 'DELETED' ? undefined : event.object;
      if (last && isAvailable(last)) return;
    }
  }, async () => new KindboxError(`Deployment ${namespace}/${name} was not available within ${seconds(timeoutMs)}`, {
    reason: 'timeout',
    because: last ? await explainPods(api, last, namespace, signal) : 'it does not exist',
  }));
}

/**
 * Has the readiness of a Deployment's container looked at more often. A kubelet that has started in the last period
 * waits for a random part of it before its first look (kubernetes/kubernetes#100480), with ten seconds for five on average.
 * A Deployment that does not exist is left at that.
 */
export async function hastenDeployment(api: Pick<ApiClient, 'request'>, { namespace, name, ...changes }: HastenedDeployment, signal: AbortSignal): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(name)}`;
  const body = hasteningPatch(changes);
  try {
    await api.request('PATCH', path, { body, contentType: 'application/strategic-merge-patch+json', idempotent: true, signal });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

export interface Hastening {
  readonly container: string;
  readonly periodSeconds: number;
  /** Failures in a row until it counts as not ready. */
  readonly failureThreshold: number;
  /** As many as there were when undefined. */
  readonly replicas?: number | undefined;
  /**
   * Where its pods reach the API server, instead of the Service, which a node may have no kube-proxy for yet. A pod that was refused
   * tries again a second or two later.
   */
  readonly apiServer?: URL | undefined;
}

export interface HastenedDeployment extends Hastening {
  readonly namespace: string;
  readonly name: string;
}

export function hasteningPatch({ container, periodSeconds, failureThreshold, replicas, apiServer }: Hastening): object {
  const env = apiServer === undefined ? {} : { env: [
    { name: 'KUBERNETES_SERVICE_HOST', value: apiServer.hostname.replace(/^\[|\]$/g, '') }, { name: 'KUBERNETES_SERVICE_PORT', value: apiServer.port },
  ] };
  return { spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers: [{ name: container, readinessProbe: { periodSeconds, failureThreshold }, ...env }] } } } };
}

/** The images of all DaemonSets, and of CoreDNS, which any node may have to run. */
export async function imagesOfEveryNode(api: Pick<ApiClient, 'request'>, signal: AbortSignal): Promise<string[]> {
  const [daemonSets, deployments] = await Promise.all(['/apis/apps/v1/daemonsets', '/apis/apps/v1/namespaces/kube-system/deployments']
    .map((path) => api.request<KubernetesList<Workload>>('GET', path, { signal })));
  const specs = [...daemonSets?.items ?? [], ...deployments?.items ?? []].flatMap(({ spec }) => spec?.template?.spec ?? []);
  return [...new Set(specs.flatMap(({ initContainers = [], containers = [] }) => [...initContainers, ...containers]).flatMap(({ image }) => image ?? []))];
}

/** Whether kubeadm init came to its end: CoreDNS and kube-proxy are what it makes last. */
export async function hasAddons(api: Pick<ApiClient, 'request'>, signal: AbortSignal): Promise<boolean> {
  const found = await Promise.all(['deployments/coredns', 'daemonsets/kube-proxy']
    .map((object) => orAbsent(api.request('GET', `/apis/apps/v1/namespaces/kube-system/${object}`, { signal }))));
  return found.every((object) => object !== undefined);
}

/** Of a Deployment with one replica, all of which may be unavailable at a time, the condition is true without any pod. */
function isAvailable({ metadata, spec, status }: Deployment): boolean {
  const current = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const serving = spec?.replicas === 0 || (status?.availableReplicas ?? 0) > 0;
  return current && serving && (status?.conditions?.some((condition) => condition.type === 'Available' && condition.status === 'True') ?? false);
}

async function explainPods(api: Pick<ApiClient, 'request'>, deployment: Deployment, namespace: string, signal: AbortSignal): Promise<string> {
  const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`).join(',');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?labelSelector=${encodeURIComponent(labels)}`;
  try {
    const { items = [] } = await api.request<KubernetesList<Pod>>('GET', path, { signal, timeoutMs: EXPLAIN_MS });
    const troubles = items.filter((pod) => isNamed(pod) && !isPodReady(pod)).map(describePod);
    if (troubles.length > 0) return troubles.join('; ');
    return items.length === 0 ? 'it has no pods' : 'its pods are ready, but the controller has not noticed';
  } catch {
    return 'its pods are not ready, and the API server no longer tells why';
  }
}
