import { KindboxError } from '../errors/index.js';
import { MERGE_PATCH, type ApiClient } from './api-client.js';
import { ApiError, orAbsent } from './api-error.js';
import { isNamed } from './conform.js';
import { describeNode } from './describe.js';
import type { KubernetesList, NodeObject, Taint } from './types.js';
import { pause, POLL_MS, seconds, withDeadline } from './wait.js';

const NODES = '/api/v1/nodes';
const TAINT_ATTEMPTS = 10;

type Requests = Pick<ApiClient, 'request'>;
type RequestsAndWatches = Pick<ApiClient, 'request' | 'watch'>;

export function nodePath(name: string): string {
  return `${NODES}/${encodeURIComponent(name)}`;
}

/** The collection that holds the one node of that name. */
export function nodeCollection(name: string): string {
  return `${NODES}?fieldSelector=metadata.name%3D${encodeURIComponent(name)}`;
}

export function isNodeReady(node: NodeObject): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

export async function listNodes(api: Requests, signal?: AbortSignal): Promise<readonly NodeObject[]> {
  return ((await api.request<KubernetesList<NodeObject>>('GET', NODES, { ...optional(signal) })).items ?? []).filter(isNamed);
}

export function getNode(api: Requests, name: string, signal?: AbortSignal): Promise<NodeObject | undefined> {
  return orAbsent(api.request<NodeObject>('GET', nodePath(name), { ...optional(signal) }));
}

/**
 * Waits until all of `names` are Ready, over one watch; `onReady` is called once for each, as it happens.
 * @throws KindboxError timeout, with what keeps the others.
 */
export async function awaitNodesReady(
  api: RequestsAndWatches,
  names: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
  onReady: (name: string) => void = () => undefined,
): Promise<void> {
  const waiting = new Set(names);
  const seen = new Map<string, NodeObject>();
  if (waiting.size === 0) return;
  await withDeadline(timeoutMs, signal, async (limited) => {
    for await (const event of api.watch<NodeObject>(NODES, { signal: limited })) {
      if (event.type === 'SYNCED') continue;
      const { name } = event.object.metadata;
      if (event.type === 'DELETED') {
        seen.delete(name);
        continue;
      }
      seen.set(name, event.object);
      if (isNodeReady(event.object) && waiting.delete(name)) onReady(name);
      if (waiting.size === 0) return;
    }
  }, () => new KindboxError(`${nodesLeft(waiting.size)} not Ready within ${seconds(timeoutMs)}: ${[...waiting].join(', ')}`, {
    reason: 'timeout',
    because: [...waiting].map((name) => describeNode(name, seen.get(name))).join('; '),
  }));
}

/** Waits until the kubelet of a node has made its Node object. */
export async function awaitNodeRegistered(api: RequestsAndWatches, name: string, timeoutMs: number, signal: AbortSignal): Promise<NodeObject> {
  return withDeadline(timeoutMs, signal, async (limited) => {
    for await (const event of api.watch<NodeObject>(nodeCollection(name), { signal: limited })) {
      if (event.type === 'ADDED' || event.type === 'MODIFIED') return event.object;
    }
    throw new Error('a watch ended by itself');
  }, () => new KindboxError(`Node ${name} did not register within ${seconds(timeoutMs)}`, {
    reason: 'timeout', because: 'its kubelet does not run, or cannot reach the API server',
  }));
}

/** On nodes that we took out of scheduling: nobody else knows that they are to go, should the run that removes them be killed. */
export const CORDONED = 'dev.kindbox/cordoned';

/** Takes a node out of scheduling; undefined when there is none of that name. */
export function cordon(api: Requests, name: string, signal?: AbortSignal): Promise<NodeObject | undefined> {
  return orAbsent(mergePatch(api, name, { metadata: { annotations: { [CORDONED]: 'to be removed' } }, spec: { unschedulable: true } }, signal));
}

export function uncordon(api: Requests, name: string, signal?: AbortSignal): Promise<NodeObject | undefined> {
  return orAbsent(mergePatch(api, name, { metadata: { annotations: { [CORDONED]: null } }, spec: { unschedulable: null } }, signal));
}

/** Removes the Node object; an absent one is success. */
export async function deleteNode(api: Requests, name: string, signal?: AbortSignal): Promise<void> {
  await orAbsent(api.request('DELETE', nodePath(name), { ...optional(signal) }));
}

/** Sets labels; null removes one. */
export async function labelNode(api: Requests, name: string, labels: Readonly<Record<string, string | null>>, signal?: AbortSignal): Promise<void> {
  await mergePatch(api, name, { metadata: { labels } }, signal);
}

/** Replaces the taints of a node by what `change` makes of them, whoever else is changing them. */
export async function changeTaints(
  api: Requests,
  name: string,
  change: (taints: readonly Taint[]) => readonly Taint[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const node = await api.request<NodeObject>('GET', nodePath(name), { signal });
    const { resourceVersion } = (node as Partial<NodeObject>).metadata ?? {};
    try {
      await mergePatch(api, name, { metadata: { resourceVersion }, spec: { taints: change(node.spec?.taints ?? []) } }, signal);
      return;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409) || attempt === TAINT_ATTEMPTS) throw error;
    }
    await pause(POLL_MS, signal);
  }
}

function mergePatch(api: Requests, name: string, body: object, signal: AbortSignal | undefined): Promise<NodeObject> {
  return api.request<NodeObject>('PATCH', nodePath(name), { body, contentType: MERGE_PATCH, idempotent: true, ...optional(signal) });
}

function nodesLeft(count: number): string {
  return count === 1 ? 'One node was' : `${count} nodes were`;
}

function optional(signal: AbortSignal | undefined): { signal: AbortSignal } | undefined {
  return signal && { signal };
}
