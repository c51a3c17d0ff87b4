import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from './docker.js';

interface Info {
  readonly Runtimes: Readonly<Record<string, unknown>>;
}

export interface ConcealedDockerOptions {
  /** Let everything through; it only reads otherwise. */
  readonly writes?: boolean;
}

/** The daemon of this machine behind a socket of its own, which conceals that Sysbox is registered. */
export class DockerWithoutSysbox {
  private constructor(private readonly folder: string, private readonly server: http.Server, readonly address: string) {}

  static async open({ writes = false }: ConcealedDockerOptions = {}): Promise<DockerWithoutSysbox> {
    const socketPath = (await docker(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'])).replace(/^unix:\/\//, '');
    const info = withoutSysbox(JSON.parse(await docker(['info', '--format', '{{json .}}'])) as Info);
    const folder = await mkdtemp(join(tmpdir(), 'kindbox-docker-'));
    const server = http.createServer((request, response) => {
      const path = request.url ?? '';
      if (!writes && request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(403).end(JSON.stringify({ message: 'this socket only reads' }));
      else if (/^(\/v[\d.]+)?\/info$/.test(path)) response.end(JSON.stringify(info));
      else forward(socketPath, request, response);
    });
    if (writes) server.on('upgrade', (request: http.IncomingMessage, socket: Socket, head: Buffer) => splice(socketPath, request, socket, head));
    const socket = join(folder, 'docker.sock');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return new DockerWithoutSysbox(folder, server, `unix://${socket}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function withoutSysbox(info: Info): Info {
  const runtimes = Object.entries(info.Runtimes).filter(([name]) => name !== 'sysbox-runc');
  return { ...info, Runtimes: Object.fromEntries(runtimes) };
}

function forward(socketPath: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method, url: path, headers } = request;
  const forwarded = http.request({ socketPath, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  }).on('error', () => response.destroy());
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
}

/** The streams of `docker exec`: from its request on, the connection is no longer HTTP. */
function splice(socketPath: string, request: http.IncomingMessage, client: Socket, head: Buffer): void {
  const daemon = connect({ path: socketPath, allowHalfOpen: true });
  const headers = request.rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${request.rawHeaders[at + 1] ?? ''}`] : []));
  daemon.write(`${request.method ?? ''} ${request.url ?? ''} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  daemon.write(head);
  daemon.pipe(client).pipe(daemon);
  for (const [end, other] of [[daemon, client], [client, daemon]] as const) end.on('error', () => other.destroy());
}
