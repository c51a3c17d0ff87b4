import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { addressOfHost } from './host-address.js';
import { renewRunc, writeReleaseFiles, type ReleasedVersions } from './release-mirror-files.js';
import { Registry } from './release-mirror-registry.js';

/** How the mirror misbehaves. */
export interface Fault {
  /** Of a path: answered with 404. */
  readonly missing?: RegExp;
  /** Of a path: the connection breaks off half way. */
  readonly breaksOff?: RegExp;
  /** Of a path of a checksum: another one is published. */
  readonly wrongChecksum?: RegExp;
  /** Digest of a blob: in the midst of it the registry dies. */
  readonly diesAtBlob?: string;
}

/** A mirror of all that a node image is made of, where containers reach it: releases by HTTP, and a registry at the same address. */
export class ReleaseMirror {
  fault: Fault = {};
  /** What was asked for: paths, with a range if there was one. */
  readonly requests: string[] = [];
  #dead = false;
  readonly #server = http.createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  #files: string | undefined;
  #published: readonly [folder: string, versions: ReleasedVersions, architecture: string] | undefined;
  #registry: Registry | undefined;
  /** The address of the host on Docker's default network. */
  host = '';

  async open(nodeImage: string, versions: ReleasedVersions, architecture: string): Promise<void> {
    this.#registry = await Registry.start();
    this.#files = await mkdtemp(join(tmpdir(), 'kindbox-mirror-'));
    this.#published = [this.#files, versions, architecture];
    await writeReleaseFiles(this.#files, nodeImage, versions, architecture);
    this.host = await addressOfHost();
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(0, this.host, resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#registry?.stop();
    if (this.#files !== undefined) await rm(this.#files, { recursive: true, force: true });
  }

  get registry(): Registry {
    if (this.#registry === undefined) throw new Error('the mirror is not open');
    return this.#registry;
  }

  /** Publishes a runc that nobody has downloaded yet. */
  async renewRunc(): Promise<void> {
    if (this.#published !== undefined) await renewRunc(...this.#published);
  }

  /** Forgets what has happened. */
  behave(fault: Fault): void {
    this.fault = fault;
    this.#dead = false;
    this.requests.length = 0;
  }

  get address(): string {
    return `http://${this.host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = normalize(new URL(request.url ?? '/', this.address).pathname);
    this.requests.push([path, request.headers.range].filter((part) => part !== undefined).join(' '));
    if (path.startsWith('/v2/')) return this.#forward(request, response, path);
    const file = join(this.#files ?? '', path);
    const size = await stat(file).then((status) => (status.isFile() ? status.size : undefined), () => undefined);
    if (size === undefined || this.fault.missing?.test(path)) response.writeHead(404).end('no such file');
    else if (this.fault.wrongChecksum?.test(path)) response.end(`${'a'.repeat(64)}\n`);
    else this.#send(request, response, file, size, this.fault.breaksOff?.test(path) === true);
  }

  /** Ranges as `curl --continue-at` asks for them. */
  #send(request: http.IncomingMessage, response: http.ServerResponse, file: string, size: number, breakOff: boolean): void {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= size && start > 0) {
      response.writeHead(416).end();
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': size - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
    });
    const end = breakOff ? Math.floor((start + size) / 2) : size - 1;
    const content = createReadStream(file, { start, end }).on('error', () => response.destroy());
    content.pipe(response, { end: !breakOff });
    if (breakOff) content.once('end', () => response.write('', () => response.destroy()));
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse, path: string): void {
    if (this.#dead) {
      response.destroy();
      return;
    }
    const { method, headers, url } = request;
    http.request(`http://${this.registry.address}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (this.fault.diesAtBlob === undefined || !path.endsWith(this.fault.diesAtBlob)) answer.pipe(response);
      else answer.once('data', (chunk: Buffer) => response.write(chunk, () => this.#die()));
    }).on('error', () => response.destroy()).end();
  }

  #die(): void {
    this.#dead = true;
    this.#server.closeAllConnections();
  }
}
