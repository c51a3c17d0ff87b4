import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from './docker.js';

interface Info {
  Runtimes: Record<string, unknown>;
}

/** The daemon of this machine behind a socket of its own, which only reads, and conceals that Sysbox is registered. */
export class DockerWithoutSysbox {
  private constructor(private readonly folder: string, private readonly server: http.Server, readonly address: string) {}

  static async open(): Promise<DockerWithoutSysbox> {
    const info = JSON.parse(await docker(['info', '--format', '{{json .}}'])) as Info;
    const { 'sysbox-runc': _, ...runtimes } = info.Runtimes;
    const folder = await mkdtemp(join(tmpdir(), 'kindbox-docker-'));
    const socket = join(folder, 'docker.sock');
    const server = http.createServer((request, response) => {
      const path = (request.url ?? '').replace(/^\/v[\d.]+/, '');
      if (path === '/_ping') response.end('OK');
      else if (path === '/info') response.end(JSON.stringify({ ...info, Runtimes: runtimes }));
      // Whoever asks for more has not looked at the runtimes first.
      else response.writeHead(500).end(JSON.stringify({ message: `unexpected ${request.method ?? ''} ${path}` }));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return new DockerWithoutSysbox(folder, server, `unix://${socket}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}
