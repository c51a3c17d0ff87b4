import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from './docker.js';

interface Info {
  readonly Runtimes: Readonly<Record<string, unknown>>;
}

/** The daemon of this machine behind a socket of its own, which only reads, and does not tell the truth about its host. */
export class DockerWithoutSysbox {
  private constructor(private readonly folder: string, private readonly server: http.Server, readonly address: string) {}

  /** It conceals that Sysbox is registered, unless it is given something else to say. */
  static async open(change: (info: Info) => Info = withoutSysbox): Promise<DockerWithoutSysbox> {
    const socketPath = (await docker(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'])).replace(/^unix:\/\//, '');
    const info = change(JSON.parse(await docker(['info', '--format', '{{json .}}'])) as Info);
    const folder = await mkdtemp(join(tmpdir(), 'kindbox-docker-'));
    const server = http.createServer((request, response) => {
      const path = request.url ?? '';
      if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(403).end(JSON.stringify({ message: 'this socket only reads' }));
      else if (/^(\/v[\d.]+)?\/info$/.test(path)) response.end(JSON.stringify(info));
      else forward(socketPath, request, response);
    });
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
  http.request({ socketPath, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }).on('error', () => response.destroy()).end();
}
