import { ApiError, ApiUnreachable, ConnectionLost, isStatus } from './api-error.js';
import type { ApiClient, WatchOptions } from './api-client.js';
import type { KubernetesList, KubernetesObject, WatchEvent } from './types.js';
import { conform, isNamed } from './conform.js';
import { pause, POLL_MS, throwIfAborted } from './wait.js';

interface RawEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

const CHANGES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED']);

/** What follows when the server has forgotten the version a watch wants to go on from. */
const EXPIRED = 410;

/** A watch that outlives its connections. Objects that vanished unseen are told of as DELETED after the next list. */
export async function* watchObjects<T extends KubernetesObject>(
  api: Pick<ApiClient, 'request' | 'stream'>,
  path: string,
  { signal, resourceVersion }: WatchOptions,
): AsyncGenerator<WatchEvent<T>, never, undefined> {
  const known = new Map<string, T>();
  let version = resourceVersion;
  for (;;) {
    throwIfAborted(signal);
    try {
      if (version === undefined) {
        const list = await api.request<KubernetesList<T>>('GET', path, { signal });
        yield* differences(known, (list.items ?? []).filter(isNamed));
        yield { type: 'SYNCED' };
        version = list.metadata?.resourceVersion ?? '0';
      }
      for await (const line of api.stream(withQuery(path, `watch=1&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(version)}`), signal)) {
        const { type, object } = eventIn(line);
        if (type === 'ERROR') throw isStatus(object) ? ApiError.of(object.code ?? EXPIRED, object) : new ApiError(EXPIRED, 'Expired', 'the watch failed');
        version = (object as Partial<T> | undefined)?.metadata?.resourceVersion ?? version;
        if (!CHANGES.has(type) || !isNamed(object)) continue;
        const change = type as 'ADDED' | 'MODIFIED' | 'DELETED';
        remember(known, change, object as T);
        yield { type: change, object: object as T };
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === EXPIRED) version = undefined;
      else if (!passing(error)) throw error;
    }
    await pause(POLL_MS, signal);
  }
}

/** A line that is not understood ends the connection: what follows cannot be trusted to begin where it should. */
function eventIn(line: string): RawEvent {
  try {
    return conform(JSON.parse(line), 'a watch') as unknown as RawEvent;
  } catch (error) {
    throw new ConnectionLost('the API server sent an event that is none', true, error);
  }
}

function* differences<T extends KubernetesObject>(known: Map<string, T>, items: readonly T[]): Generator<WatchEvent<T>> {
  const vanished = new Map(known);
  for (const object of items) {
    vanished.delete(keyOf(object));
    const before = known.get(keyOf(object));
    if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    known.set(keyOf(object), object);
    yield { type: before ? 'MODIFIED' : 'ADDED', object };
  }
  for (const [key, object] of vanished) {
    known.delete(key);
    yield { type: 'DELETED', object };
  }
}

function remember<T extends KubernetesObject>(known: Map<string, T>, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
  if (type === 'DELETED') known.delete(keyOf(object));
  else known.set(keyOf(object), object);
}

function keyOf({ metadata: { uid, namespace, name } }: KubernetesObject): string {
  return uid ?? `${namespace ?? ''}/${name}`;
}

/** Also what a server that is about to stop, or has just started, answers. */
function passing(error: unknown): boolean {
  if (error instanceof ConnectionLost || error instanceof ApiUnreachable) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

export function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}
