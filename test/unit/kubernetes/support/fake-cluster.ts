import type { KubernetesObject } from '../../../../src/kubernetes/types.js';
import { status, type Call, type FakeApiServer } from './fake-api-server.js';

type Stored = KubernetesObject & Record<string, unknown>;

interface Watcher {
  readonly collection: string;
  readonly field: readonly [string, string] | undefined;
  readonly call: Call;
}

/** Just enough of the API server's storage: lists, watches, merge patches and deletes by collection. */
export class FakeCluster {
  /** Consulted first; true means that it has answered. */
  intercept: (call: Call) => boolean = isReady;
  readonly #objects = new Map<string, Map<string, Stored>>();
  readonly #watchers = new Set<Watcher>();
  readonly #history: { readonly version: number; readonly collection: string; readonly type: string; readonly object: Stored }[] = [];
  #version = 100;

  constructor(server: FakeApiServer) {
    server.handler = (call) => { this.#answer(call); };
  }

  put(collection: string, object: object): void {
    const stored = object as Stored;
    const objects = this.#collection(collection);
    const type = objects.has(keyOf(stored)) ? 'MODIFIED' : 'ADDED';
    const next = { ...stored, metadata: { ...stored.metadata, resourceVersion: String(++this.#version) } };
    objects.set(keyOf(stored), next);
    this.#tell(collection, type, next);
  }

  get(collection: string, name: string): Stored | undefined {
    return [...this.#collection(collection).values()].find(({ metadata }) => metadata.name === name);
  }

  remove(collection: string, name: string): void {
    const object = this.get(collection, name);
    if (!object) return;
    this.#collection(collection).delete(keyOf(object));
    this.#version++;
    this.#tell(collection, 'DELETED', object);
  }

  #answer(call: Call): void {
    if (this.intercept(call)) return;
    const url = new URL(call.path, 'https://x');
    const collection = url.pathname;
    const [, key = '', value = ''] = /^([\w.]+)=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '') ?? [];
    const field = key ? [key, value] as const : undefined;
    if (call.method === 'GET' && this.#objects.has(collection)) return this.#read(call, collection, field, url.searchParams.has('watch') ? Number(url.searchParams.get('resourceVersion') ?? 0) : undefined);
    const [, parent = '', name = ''] = /^(.*)\/([^/]+)$/.exec(collection) ?? [];
    const object = this.get(parent, name);
    if (!object) return call.json(404, status(404, 'NotFound', `${name} not found`));
    if (call.method === 'DELETE') this.remove(parent, name);
    if (call.method === 'PATCH') this.put(parent, merge(object, JSON.parse(call.body) as object) as object);
    call.json(200, this.get(parent, name) ?? status(200, '', 'deleted'));
  }

  #read(call: Call, collection: string, field: Watcher['field'], watchFrom: number | undefined): void {
    if (watchFrom !== undefined) {
      call.stream.respond({ ':status': 200, 'content-type': 'application/json' });
      const watcher = { collection, field, call };
      this.#watchers.add(watcher);
      call.stream.on('close', () => this.#watchers.delete(watcher));
      this.#replay(watcher, watchFrom);
      return;
    }
    const items = [...this.#collection(collection).values()].filter((object) => matches(object, field));
    call.json(200, { kind: 'List', metadata: { resourceVersion: String(this.#version) }, items });
  }

  /** What has changed between the list and the watch. */
  #replay({ collection, field, call }: Watcher, from: number): void {
    for (const event of this.#history) {
      if (event.version > from && event.collection === collection && matches(event.object, field)) {
        call.stream.write(`${JSON.stringify({ type: event.type, object: event.object })}\n`);
      }
    }
  }

  #tell(collection: string, type: string, object: Stored): void {
    this.#history.push({ version: this.#version, collection, type, object });
    for (const watcher of this.#watchers) {
      if (watcher.collection === collection && matches(object, watcher.field)) watcher.call.stream.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  #collection(path: string): Map<string, Stored> {
    const found = this.#objects.get(path) ?? new Map<string, Stored>();
    this.#objects.set(path, found);
    return found;
  }
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function matches(object: Stored, field: Watcher['field']): boolean {
  return !field || field[0].split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object) === field[1];
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result = { ...(target as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = merge(result[key], value);
  }
  return result;
}

function isReady(call: Call): boolean {
  if (!call.path.startsWith('/readyz')) return false;
  call.text(200, 'ok');
  return true;
}
