import { KindboxError } from '../errors/index.js';
import { ApiError, ApiUnreachable, ConnectionLost } from './api-error.js';
import { conform } from './conform.js';
import { openConnection, type Connection, type TunnelOpener } from './connection.js';
import type { ClientCredentials } from './credentials.js';
import { exchange, streaming, type Method, type Request, type Response } from './exchange.js';
import { lines } from './lines.js';
import type { KubernetesObject, WatchEvent } from './types.js';
import { abortable, cancellation, pause, POLL_MS, seconds, throwIfAborted, whenAborted, withDeadline } from './wait.js';
import { watchObjects } from './watch.js';

/** Content type of a body that says which fields change. */
export const MERGE_PATCH = 'application/merge-patch+json';
export const REQUEST_TIMEOUT_MS = 30_000;
/** Connections that one request may use up; between two of them lies POLL_MS. */
const MAX_CONNECTIONS = 50;
/** Bytes. */
const LONGEST_REFUSAL = 1_000_000;
const IDEMPOTENT: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE']);

export interface RequestOptions {
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for everything, waiting for a connection included. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The request may be sent again when nobody knows whether it arrived. GET, PUT and DELETE always may. */
  readonly idempotent?: boolean;
  /** Do not wait when a busy server says when to come back (429, 503 with Retry-After), but reject. */
  readonly rejectBusy?: boolean;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Where to begin; when absent, what exists is listed first, as ADDED, and followed by SYNCED. */
  readonly resourceVersion?: string;
}

export interface ApiClient {
  /**
   * Sends a request and reads its answer: parsed if it is JSON, text otherwise.
   * @throws ApiError when the server refuses, ApiUnreachable when it is gone, KindboxError `timeout`, CancelledError.
   */
  request<T = unknown>(method: Method, path: string, options?: RequestOptions): Promise<T>;
  /** Lines of an answer that does not end. Rejects with ConnectionLost when it breaks off. */
  stream(path: string, signal: AbortSignal): AsyncGenerator<string, void, undefined>;
  /** What happens to the objects of a collection, through lost connections and expired versions, until `signal` is aborted. */
  watch<T extends KubernetesObject>(path: string, options: WatchOptions): AsyncGenerator<WatchEvent<T>, never, undefined>;
  /** Milliseconds since the epoch, by the server's clock: a remote host's may differ from ours. */
  serverTime(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** A client of the API server in a node. It connects with its first request; `signal` ends it for good. */
export function openApi(provider: TunnelOpener, nodeId: string, credentials: ClientCredentials, signal: AbortSignal): ApiClient {
  return new TunnelledApi((opening) => openConnection(provider, nodeId, credentials, opening), signal);
}

interface Connecting {
  readonly promise: Promise<Connection>;
  readonly abort: AbortController;
  waiting: number;
}

class TunnelledApi implements ApiClient {
  readonly #open: (signal: AbortSignal) => Promise<Connection>;
  readonly #lifetime: AbortSignal;
  readonly #stopListening: () => void;
  /** The one for new requests. */
  #connection: Connection | undefined;
  /** With those that the server asked to leave, and whose last requests are under way. */
  readonly #connections = new Set<Connection>();
  #connecting: Connecting | undefined;
  #closed = false;
  #clockOffsetMs: number | undefined;

  constructor(open: (signal: AbortSignal) => Promise<Connection>, lifetime: AbortSignal) {
    this.#open = open;
    this.#lifetime = lifetime;
    this.#stopListening = whenAborted(lifetime, () => { void this.close(); });
  }

  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const { timeoutMs = REQUEST_TIMEOUT_MS, signal = this.#lifetime, idempotent = IDEMPOTENT.has(method) } = options;
    const request = toRequest(method, path, options);
    let last: ConnectionLost | undefined;
    return withDeadline(timeoutMs, signal, async (limited) => {
      for (let connections = 1; ; connections++) {
        try {
          return await this.#answer(request, options.rejectBusy ?? false, limited) as T;
        } catch (error) {
          if (!(error instanceof ConnectionLost)) throw error;
          if (connections >= MAX_CONNECTIONS || (error.sent && !idempotent)) throw new ApiUnreachable(error);
          last = error;
        }
        await pause(POLL_MS, limited);
      }
    }, () => new KindboxError(`The API server did not answer ${method} ${pathOnly(path)} within ${seconds(timeoutMs)}`, {
      reason: 'timeout', because: last?.message, cause: last,
    }));
  }

  async *stream(path: string, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const connection = await this.#connected(signal);
    const answer = streaming(connection, { method: 'GET', path }, signal);
    try {
      const { value: first } = await answer.next();
      const response = first as Response;
      if (response.status !== 200) throw ApiError.of(response.status, await gather(answer), header(response, 'retry-after'));
      yield* lines(answer as AsyncGenerator<Buffer>);
    } finally {
      await answer.return();
    }
  }

  watch<T extends KubernetesObject>(path: string, options: WatchOptions): AsyncGenerator<WatchEvent<T>, never, undefined> {
    return watchObjects<T>(this, path, options);
  }

  async serverTime(signal: AbortSignal = this.#lifetime): Promise<number> {
    if (this.#clockOffsetMs === undefined) await this.request('GET', '/version', { signal });
    return Date.now() + (this.#clockOffsetMs ?? 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    this.#connecting?.abort.abort();
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  async #answer(request: Request, rejectBusy: boolean, signal: AbortSignal): Promise<unknown> {
    for (;;) {
      const connection = await this.#connected(signal);
      const response = await exchange(connection, request, signal);
      this.#readClock(response);
      const body = decode(response, response.text, `${request.method} ${pathOnly(request.path)}`);
      if (response.status < 300) return body;
      const error = ApiError.of(response.status, body, header(response, 'retry-after'));
      const busy = error.status === 429 || error.status === 503;
      if (rejectBusy || !busy || error.retryAfterMs === undefined) throw error;
      await pause(Math.max(error.retryAfterMs, POLL_MS), signal);
    }
  }

  async #connected(signal: AbortSignal): Promise<Connection> {
    if (this.#closed) throw this.#lifetime.aborted ? cancellation(this.#lifetime) : new Error('the API client was closed');
    throwIfAborted(signal);
    if (this.#connection?.usable) return this.#connection;
    const connecting = this.#connecting ??= this.#connect();
    connecting.waiting++;
    try {
      return await abortable(connecting.promise, signal);
    } finally {
      connecting.waiting--;
      if (connecting.waiting === 0 && this.#connecting === connecting) {
        this.#connecting = undefined;
        connecting.abort.abort();
      }
    }
  }

  #connect(): Connecting {
    const abort = new AbortController();
    const opening = async (): Promise<Connection> => {
      try {
        const connection = await this.#open(abort.signal);
        if (abort.signal.aborted || this.#closed) {
          await connection.close();
          throw cancellation(abort.signal);
        }
        this.#connection = connection;
        this.#connections.add(connection);
        void connection.ended.then(() => { this.#connections.delete(connection); });
        return connection;
      } finally {
        if (this.#connecting?.abort === abort) this.#connecting = undefined;
      }
    };
    const promise = opening();
    promise.catch(() => undefined);
    return { promise, abort, waiting: 0 };
  }

  #readClock(response: Response): void {
    const serverTime = Date.parse(header(response, 'date') ?? '');
    if (!Number.isNaN(serverTime)) this.#clockOffsetMs = serverTime - Date.now();
  }
}

function toRequest(method: Method, path: string, { body, contentType = 'application/json', headers }: RequestOptions): Request {
  if (body === undefined) return { method, path, headers };
  return { method, path, headers: { 'content-type': contentType, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function decode(response: Response, text: string, asked: string): unknown {
  if (!header(response, 'content-type')?.includes('json')) return text;
  try {
    return conform(JSON.parse(text), asked);
  } catch (error) {
    if (error instanceof KindboxError) throw error;
    throw new ConnectionLost('the API server sent an unfinished answer', true, error);
  }
}

async function gather(chunks: AsyncIterable<Response | Buffer>): Promise<unknown> {
  const held: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    held.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > LONGEST_REFUSAL) break;
  }
  const text = Buffer.concat(held).toString('utf8');
  try {
    return conform(JSON.parse(text), 'a watch');
  } catch {
    return text;
  }
}

function header({ headers }: Response, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function pathOnly(path: string): string {
  return path.split('?')[0] ?? path;
}
