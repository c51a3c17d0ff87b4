import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { Call } from './call.js';
import type { Fault } from './fault.js';

/** One ordinary call: what is sent to the daemon for it, and what of the answer comes back. */
export class Exchange {
  constructor(
    private readonly daemonSocket: string,
    private readonly call: Call,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    /** All of it if it is JSON, else as it comes. */
    private readonly body: Buffer | Readable,
  ) {}

  async run(fault: Fault | undefined): Promise<void> {
    switch (fault?.kind) {
      case undefined: return this.#relay(await this.#send());
      case 'delay':
        await sleep(fault.milliseconds);
        return this.#relay(await this.#send());
      case 'drop':
        if (fault.afterwards) await this.#sendAndRead();
        this.request.socket.destroy();
        return;
      case 'hang':
        if (fault.afterwards) await this.#sendAndRead();
        return;
      case 'refuse':
        if (fault.afterwards) await this.#sendAndRead();
        else this.request.resume();
        return this.#answer(fault.status, JSON.stringify({ message: fault.message }));
      case 'garble':
        this.request.resume();
        return this.#answer(200, fault.body);
      case 'duplicate': {
        await this.#sendAndRead();
        const again = Buffer.isBuffer(this.body) ? fault.change?.(this.body.toString()) : undefined;
        return this.#relay(await this.#send(again === undefined ? this.body : Buffer.from(again)));
      }
      case 'truncate': return this.#relayPart(await this.#send(), fault.bytes, 'cut');
      case 'shorten': return this.#relayPart(await this.#send(), fault.bytes, 'end');
      case 'cut-upload': return this.#cutUpload(fault.bytes);
    }
  }

  #open(headers: http.OutgoingHttpHeaders): http.ClientRequest {
    const { method, url } = this.request;
    const upstream = http.request({ socketPath: this.daemonSocket, method, path: url, headers, agent: false });
    // Who asked does not wait any more: neither does the daemon have to work for it. What it makes is to be known, though.
    if (!this.#creates) this.response.once('close', () => upstream.destroy());
    return upstream;
  }

  async #send(body = this.body): Promise<IncomingMessage> {
    const { connection: _connection, 'content-length': length, 'transfer-encoding': _encoding, ...headers } = this.request.headers;
    const upstream = this.#open({
      ...headers,
      ...(Buffer.isBuffer(body) ? { 'content-length': body.length } : length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': length }),
    });
    return new Promise((resolve, reject) => {
      upstream.once('error', reject);
      upstream.once('response', (answer) => {
        this.call.statuses.push(answer.statusCode ?? 0);
        resolve(answer);
      });
      if (Buffer.isBuffer(body)) upstream.end(body);
      else body.pipe(upstream);
    });
  }

  async #sendAndRead(): Promise<Buffer> {
    const answer = await buffer(await this.#send());
    this.#noteMade(answer);
    return answer;
  }

  async #relay(answer: IncomingMessage): Promise<void> {
    if (this.#creates) {
      const all = await this.#readAll(answer);
      this.#head(answer);
      this.response.end(all);
      return;
    }
    this.#head(answer);
    answer.on('error', () => this.request.socket.destroy());
    answer.pipe(this.response);
  }

  async #relayPart(answer: IncomingMessage, bytes: number | undefined, then: 'cut' | 'end'): Promise<void> {
    const { 'content-length': length, ...headers } = answer.headers;
    const part = bytes === undefined ? half(await this.#readAll(answer)) : await firstBytes(answer, bytes);
    this.response.writeHead(answer.statusCode ?? 500, then === 'end' || length === undefined ? headers : answer.headers);
    if (then === 'end') this.response.end(part);
    else this.response.write(part, () => this.request.socket.destroySoon());
  }

  async #readAll(answer: IncomingMessage): Promise<Buffer> {
    const all = await buffer(answer);
    this.#noteMade(all);
    return all;
  }

  #cutUpload(bytes: number): void {
    const { connection: _connection, 'content-length': _length, ...headers } = this.request.headers;
    const upstream = this.#open({ ...headers, 'transfer-encoding': 'chunked' });
    upstream.on('error', () => undefined);
    let left = bytes;
    this.request.on('data', (chunk: Buffer) => {
      upstream.write(chunk.subarray(0, Math.max(left, 0)));
      left -= chunk.length;
      if (left > 0) return;
      upstream.destroy();
      this.request.socket.destroy();
    });
  }

  #head(answer: IncomingMessage): void {
    const { connection: _connection, ...headers } = answer.headers;
    this.response.writeHead(answer.statusCode ?? 500, headers);
    // A wait answers with its head at once, and with the rest when there is something to tell.
    this.response.flushHeaders();
  }

  #answer(status: number, body: string): void {
    this.response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    this.response.end(body);
  }

  get #creates(): boolean {
    return this.call.method === 'POST' && /\/(create|exec)$/.test(this.call.path) && this.call.path !== '/images/create';
  }

  #noteMade(answer: Buffer): void {
    if (!this.#creates || (this.call.statuses.at(-1) ?? 500) >= 300) return;
    const { Id, Name } = JSON.parse(answer.toString()) as { Id?: string; Name?: string };
    this.call.made.push(...[Id, Name].filter((name) => name !== undefined));
  }
}

function half(all: Buffer): Buffer {
  return all.subarray(0, Math.ceil(all.length / 2));
}

async function firstBytes(answer: IncomingMessage, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}
