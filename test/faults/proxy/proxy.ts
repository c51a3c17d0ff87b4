import { mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathOf, type Call } from './call.js';
import { Exchange } from './exchange.js';
import { inWords, Rulebook, type Fault, type Rule } from './fault.js';
import { HijackedExchange } from './hijacked.js';

const DAEMON_SOCKET = (process.env['DOCKER_HOST'] ?? '').replace(/^unix:\/\//, '') || '/var/run/docker.sock';

/**
 * Stands between kindbox and the Docker daemon, at a Unix socket of its own: records every call, and does to chosen
 * ones what neither a daemon nor a network does on demand.
 */
export class DockerProxy {
  readonly calls: Call[] = [];
  readonly #rules = new Rulebook();
  readonly #connections = new Set<Duplex>();
  readonly #server = http.createServer({ keepAliveTimeout: 0 });

  private constructor(private readonly folder: string, private readonly daemonSocket: string) {
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
      socket.on('error', () => undefined);
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => void this.#serveHijacked(request, socket, head));
  }

  static async start(daemonSocket = DAEMON_SOCKET): Promise<DockerProxy> {
    const proxy = new DockerProxy(await mkdtemp(join(tmpdir(), 'kindbox-proxy-')), daemonSocket);
    await new Promise<void>((resolve, reject) => proxy.#server.once('error', reject).listen(proxy.#socket, resolve));
    return proxy;
  }

  /** As DOCKER_HOST has it. */
  get url(): string {
    return `unix://${this.#socket}`;
  }

  get #socket(): string {
    return join(this.folder, 'docker.sock');
  }

  add(...rules: readonly Rule[]): void {
    for (const rule of rules) this.#rules.add(rule);
  }

  /** From now on it only records. */
  relent(): void {
    this.#rules.clear();
  }

  /** Calls that suffered, with what they did. */
  get suffered(): string[] {
    return this.calls.flatMap(({ method, path, suffered }) => (suffered === undefined ? [] : [`${method} ${path}: ${suffered}`]));
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  #record(request: IncomingMessage, hijacked: boolean, body: string): { call: Call; fault: Fault | undefined } {
    const call: Call = { method: request.method ?? '', path: pathOf(request.url ?? ''), hijacked, body, statuses: [], made: [] };
    this.calls.push(call);
    const fault = this.#rules.faultFor(call);
    if (fault !== undefined) call.suffered = inWords(fault);
    return { call, fault };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const isJson = request.headers['content-type'] === undefined || request.headers['content-type'].includes('json');
      const body = isJson ? await buffer(request) : request;
      const { call, fault } = this.#record(request, false, Buffer.isBuffer(body) ? body.toString() : '');
      await new Exchange(this.daemonSocket, call, request, response, body).run(fault);
    } catch {
      // Either side has gone, so the other goes.
      request.socket.destroy();
    }
  }

  async #serveHijacked(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    try {
      const length = Number(request.headers['content-length'] ?? 0);
      const received = await readAtLeast(client, head, length);
      const body = received.subarray(0, length);
      const { call, fault } = this.#record(request, true, body.toString());
      await new HijackedExchange(this.daemonSocket, call, request, client, body, received.subarray(length)).run(fault);
    } catch {
      client.destroy();
    }
  }
}

async function readAtLeast(socket: Duplex, head: Buffer, length: number): Promise<Buffer> {
  let received = head;
  while (received.length < length) {
    const chunk = (socket.read() as Buffer | null) ?? undefined;
    if (chunk !== undefined) received = Buffer.concat([received, chunk]);
    else await new Promise((resolve, reject) => socket.once('readable', resolve).once('close', () => reject(new Error('closed'))));
  }
  return received;
}
