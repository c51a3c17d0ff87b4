import { KindboxError } from '../errors/index.js';
import type { ApiClient } from './api-client.js';
import { describeNode, describePod, isPodReady } from './describe.js';
import { isNodeReady } from './nodes.js';
import type { NodeObject, Pod } from './types.js';
import { seconds, withDeadline } from './wait.js';

/**
 * After a restart the API server tells what was true before it: a node stays Ready for 40 s, a pod for longer.
 * Only what a kubelet has said since its machine started counts.
 */
export type StartTimes = ReadonlyMap<string, number>;

/** Waits until each node has reported itself Ready since its start (milliseconds since the epoch). @throws KindboxError timeout. */
export async function awaitNodesBack(
  api: Pick<ApiClient, 'watch'>, starts: StartTimes, timeoutMs: number, signal: AbortSignal, onReady: (name: string) => void,
): Promise<void> {
  const waiting = new Set(starts.keys());
  const seen = new Map<string, NodeObject>();
  if (waiting.size === 0) return;
  await withDeadline(timeoutMs, signal, async (limited) => {
    for await (const event of api.watch<NodeObject>('/api/v1/nodes', { signal: limited })) {
      if (event.type === 'SYNCED' || event.type === 'DELETED') continue;
      const { name } = event.object.metadata;
      seen.set(name, event.object);
      if (isBack(event.object, starts.get(name)) && waiting.delete(name)) onReady(name);
      if (waiting.size === 0) return;
    }
  }, () => new KindboxError(`Not Ready again within ${seconds(timeoutMs)}: ${[...waiting].join(', ')}`, {
    reason: 'timeout', because: [...waiting].map((name) => describeNode(name, seen.get(name))).join('; '), next: ['kindbox list'],
  }));
}

/** Waits until a pod of CoreDNS runs that was started since its node was. @throws KindboxError timeout. */
export async function awaitDnsBack(api: Pick<ApiClient, 'watch'>, starts: StartTimes, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const pods = new Map<string, Pod>();
  await withDeadline(timeoutMs, signal, async (limited) => {
    for await (const event of api.watch<Pod>('/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns', { signal: limited })) {
      if (event.type === 'SYNCED') continue;
      if (event.type === 'DELETED') pods.delete(event.object.metadata.name);
      else pods.set(event.object.metadata.name, event.object);
      if ([...pods.values()].some((pod) => servesSince(pod, starts.get(pod.spec?.nodeName ?? '')))) return;
    }
  }, () => new KindboxError(`CoreDNS did not come back within ${seconds(timeoutMs)}`, {
    reason: 'timeout', because: pods.size === 0 ? 'it has no pods' : [...pods.values()].map(describePod).join('; '), next: ['kindbox list'],
  }));
}

function isBack(node: NodeObject, startedAt: number | undefined): boolean {
  const heartbeat = node.status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime;
  return startedAt !== undefined && isNodeReady(node) && isAfter(heartbeat, startedAt);
}

function servesSince(pod: Pod, startedAt = 0): boolean {
  const statuses = pod.status?.containerStatuses ?? [];
  return isPodReady(pod) && statuses.length > 0 && statuses.every(({ state }) => isAfter(state?.running?.startedAt, startedAt));
}

/** The API's times have whole seconds. */
function isAfter(time: string | undefined, ms: number): boolean {
  return time !== undefined && Date.parse(time) > Math.floor(ms / 1000) * 1000;
}
