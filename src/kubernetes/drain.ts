import { KindboxError } from '../errors/index.js';
import type { ApiClient } from './api-client.js';
import { ApiError, orAbsent } from './api-error.js';
import { cordon, isNodeReady, nodeCollection } from './nodes.js';
import { isFinished, isLeftAlone, podName, podPath, podsOfNode } from './pods.js';
import type { NodeObject, Pod } from './types.js';
import { pause, seconds, withDeadline } from './wait.js';

/** Until a budget that says no is asked again, unless the server tells. */
const BLOCKED_RETRY_MS = 500;
const NAMED_PODS = 5;

export interface DrainOptions {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Delete pods at once, whatever their PodDisruptionBudgets and grace periods say. */
  readonly force: boolean;
  /** The caller knows that the node does not run; Kubernetes notices after 40 s only. */
  readonly dead?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (remaining: number) => void;
}

/**
 * Cordons a node and empties it. Returns the pods that were removed, as `namespace/name`; a node that does not exist is empty.
 *
 * Pods of DaemonSets and of the kubelet itself stay. All others are evicted, bare ones and those with emptyDir data too:
 * these are test clusters. Pods that have ended are deleted, and so is, without grace, what lies on a node that is not Ready.
 * To remove several nodes, cordon() all of them before the first drain: evicted pods must not land on the next one.
 * The node is left cordoned, after a failure as well.
 */
export async function drainNode(
  api: Pick<ApiClient, 'request' | 'watch'>,
  nodeName: string,
  options: DrainOptions,
): Promise<readonly string[]> {
  const { timeoutMs, signal } = options;
  let drain: Drain | undefined;
  return withDeadline(timeoutMs, signal, async (limited) => {
    const node = await cordon(api, nodeName, limited);
    if (!node) return [];
    const withoutGrace = options.force || (options.dead ?? false) || !isNodeReady(node);
    drain = new Drain(api, nodeName, withoutGrace, options.onProgress, limited);
    return drain.run();
  }, () => new KindboxError(`Node ${nodeName} was not drained within ${seconds(timeoutMs)}`, {
    reason: 'timeout',
    because: drain?.explain() ?? 'the API server did not answer',
    next: options.force ? [] : ['Repeat the command with --force: pods are then deleted without asking their PodDisruptionBudgets'],
  }));
}

interface Leaving {
  pod: Pod;
  /** What the server last answered when it refused the eviction. */
  refusal?: string;
}

class Drain {
  readonly #api: Pick<ApiClient, 'request' | 'watch'>;
  readonly #nodeName: string;
  readonly #onProgress: (remaining: number) => void;
  readonly #leaving = new Map<string, Leaving>();
  readonly #removed: string[] = [];
  readonly #tasks = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #withoutGrace: boolean;

  constructor(api: Pick<ApiClient, 'request' | 'watch'>, nodeName: string, withoutGrace: boolean, onProgress: DrainOptions['onProgress'], signal: AbortSignal) {
    this.#api = api;
    this.#nodeName = nodeName;
    this.#withoutGrace = withoutGrace;
    this.#onProgress = onProgress ?? (() => undefined);
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  async run(): Promise<readonly string[]> {
    try {
      return await new Promise((resolve, reject) => {
        this.#fail = reject;
        this.#start(this.#watchNode());
        this.#start(this.#watchPods().then(() => { resolve(this.#removed); }));
      });
    } finally {
      this.#stop.abort();
      await Promise.allSettled(this.#tasks);
    }
  }

  explain(): string {
    const named = [...this.#leaving.values()].slice(0, NAMED_PODS).map(({ pod, refusal }) =>
      refusal && !pod.metadata.deletionTimestamp ? `${podName(pod)} may not be evicted (${refusal})` : `${podName(pod)} has not ended yet`);
    const more = this.#leaving.size - named.length;
    if (named.length === 0) return 'the list of its pods did not arrive';
    return more > 0 ? `${named.join('; ')}; and ${more} more` : named.join('; ');
  }

  #fail: (error: unknown) => void = () => undefined;

  #start(task: Promise<void>): void {
    const guarded = task.catch((error: unknown) => { this.#fail(error); });
    this.#tasks.add(guarded);
    void guarded.then(() => this.#tasks.delete(guarded));
  }

  async #watchPods(): Promise<void> {
    let complete = false;
    for await (const event of this.#api.watch<Pod>(podsOfNode(this.#nodeName), { signal: this.#signal })) {
      if (event.type === 'SYNCED') complete = true;
      else if (event.type === 'DELETED') this.#gone(event.object);
      else if (!isLeftAlone(event.object)) this.#seen(event.object);
      if (complete) this.#onProgress(this.#leaving.size);
      if (complete && this.#leaving.size === 0) return;
    }
  }

  async #watchNode(): Promise<void> {
    for await (const event of this.#api.watch<NodeObject>(nodeCollection(this.#nodeName), { signal: this.#signal })) {
      if (this.#withoutGrace) return;
      if (event.type === 'SYNCED' || event.type === 'DELETED' || isNodeReady(event.object)) continue;
      this.#withoutGrace = true;
      for (const { pod } of this.#leaving.values()) this.#start(this.#delete(pod, 0));
    }
  }

  #seen(pod: Pod): void {
    const uid = uidOf(pod);
    const known = this.#leaving.get(uid);
    if (known) {
      known.pod = pod;
      return;
    }
    this.#leaving.set(uid, { pod });
    this.#start(this.#remove(pod));
  }

  #gone(pod: Pod): void {
    if (this.#leaving.delete(uidOf(pod))) this.#removed.push(podName(pod));
  }

  #lostPatience(): boolean {
    return this.#withoutGrace;
  }

  async #remove(pod: Pod): Promise<void> {
    if (this.#withoutGrace) return this.#delete(pod, 0);
    if (isFinished(pod)) return this.#delete(pod);
    for (;;) {
      const leaving = this.#leaving.get(uidOf(pod));
      if (!leaving || leaving.pod.metadata.deletionTimestamp || this.#lostPatience()) return;
      const refusal = await this.#evict(pod);
      if (!refusal) return;
      leaving.refusal = budgetMessage(refusal);
      await pause(refusal.retryAfterMs || BLOCKED_RETRY_MS, this.#signal);
    }
  }

  /** Asks for an eviction; hands over a refusal that may not last. */
  async #evict({ metadata: { name, namespace, uid } }: Pod): Promise<ApiError | undefined> {
    try {
      await this.#api.request('POST', `${podPath(namespace, name)}/eviction`, {
        body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions: { preconditions: { uid } } },
        // The precondition keeps a repeated request from evicting a successor of the same name.
        idempotent: true,
        rejectBusy: true,
        signal: this.#signal,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return undefined;
      // 409: the pod was changed meanwhile; 403: its namespace is going; 500: several budgets cover it.
      if ([403, 409, 429].includes(error.status) || error.status >= 500) return error;
      throw error;
    }
  }

  async #delete({ metadata: { name, namespace, uid } }: Pod, gracePeriodSeconds?: number): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds, preconditions: { uid } };
    try {
      await orAbsent(this.#api.request('DELETE', podPath(namespace, name), { body, signal: this.#signal }));
    } catch (error) {
      // The precondition failed: that pod is gone, and another has its name.
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? podName(pod);
}

/** The cause names the budget and what it needs; the message only says that there is one. */
function budgetMessage(refusal: ApiError): string {
  return refusal.causes.find(({ reason }) => reason === 'DisruptionBudget')?.message ?? refusal.message;
}
