import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2, { type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ClientCredentials } from '../../../../src/kubernetes/credentials.js';
import type { TunnelOpener } from '../../../../src/kubernetes/connection.js';

export function certificate(file: string): string {
  return readFileSync(`${process.cwd()}/test/support/certs/${file}`, 'utf8');
}

export const testCredentials: ClientCredentials = {
  server: 'https://10.0.0.2:6443', ca: certificate('ca.crt'), cert: certificate('client.crt'), key: certificate('client.key'),
};

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly stream: ServerHttp2Stream;
  json(status: number, body: unknown, headers?: Record<string, string>): void;
  text(status: number, body: string): void;
}

export type Handler = (call: Call) => void | Promise<void>;

/** A real HTTP/2 server over TLS that demands the test client's certificate. */
export class FakeApiServer {
  readonly calls: Call[] = [];
  handler: Handler = (call) => { call.json(404, status(404, 'NotFound', `${call.path} not found`)); };
  #server: Http2SecureServer | undefined;
  #port = 0;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();

  async listen(): Promise<void> {
    const server = http2.createSecureServer({
      cert: certificate('server.crt'), key: certificate('server.key'), ca: certificate('ca.crt'), requestCert: true, rejectUnauthorized: true,
    });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined).on('close', () => this.#sessions.delete(session));
    });
    server.on('sessionError', () => undefined);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('stream', (stream, headers) => { void this.#serve(stream, headers); });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  get port(): number {
    return this.#port;
  }

  get sessions(): readonly ServerHttp2Session[] {
    return [...this.#sessions];
  }

  dropSessions(): void {
    for (const session of this.#sessions) session.destroy();
  }

  goAway(): void {
    for (const session of this.#sessions) session.close();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    this.dropSessions();
    const closed = new Promise((resolve) => { server.close(resolve); });
    // Those as well that never became a session, or whose session is gone: close() waits for all of them.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  paths(method: string): string[] {
    return this.calls.filter((call) => call.method === method).map(({ path }) => path);
  }

  async #serve(stream: ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const respond = (code: number, type: string, body: string, more: Record<string, string> = {}): void => {
      if (stream.destroyed) return;
      stream.respond({ ':status': code, 'content-type': type, ...more });
      stream.end(body);
    };
    const call: Call = {
      method: String(headers[':method']), path: String(headers[':path']), headers, body: Buffer.concat(chunks).toString('utf8'), stream,
      json: (code, body, more) => { respond(code, 'application/json', JSON.stringify(body), more); },
      text: (code, body) => { respond(code, 'text/plain', body); },
    };
    this.calls.push(call);
    await this.handler(call);
  }
}

/** A provider whose tunnels, like socat's, end at once when nothing listens. */
export class FakeTunnels implements TunnelOpener {
  readonly opened: Duplex[] = [];
  readonly argvs: (readonly string[])[] = [];
  /** Milliseconds for which a tunnel tries again, as socat's `retry` does. */
  retryMs = 0;
  failure: Error | undefined;

  constructor(readonly server: FakeApiServer) {}

  async openStream(_nodeId: string, argv: readonly string[]): Promise<Duplex> {
    this.argvs.push(argv);
    if (this.failure) throw this.failure;
    await Promise.resolve();
    const until = Date.now() + this.retryMs;
    let socket = await dial(this.server.port);
    while (socket.destroyed && Date.now() < until) {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      socket = await dial(this.server.port);
    }
    const tunnel = new ScriptedTunnel(socket);
    this.opened.push(tunnel);
    return tunnel;
  }

  get open(): number {
    return this.opened.filter((tunnel) => !tunnel.destroyed).length;
  }
}

/** Hides the socket: TLS takes another way over a stream that is not one, and that of an exec is none. */
class ScriptedTunnel extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => { if (!this.push(chunk)) socket.pause(); });
    socket.on('end', () => { this.push(null); });
    socket.on('error', () => undefined);
    socket.on('close', () => { this.push(null); });
    if (socket.destroyed) this.push(null);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

async function dial(port: number): Promise<Socket> {
  const socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve) => { socket.once('connect', resolve).once('close', resolve).once('error', () => undefined); });
  return socket;
}

export function status(code: number, reason: string, message: string, details?: object): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
}
