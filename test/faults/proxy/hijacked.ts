import http, { type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './call.js';
import type { Fault } from './fault.js';

/** A call whose connection becomes a raw two-way stream: exec start and attach. */
export class HijackedExchange {
  constructor(
    private readonly daemonSocket: string,
    private readonly call: Call,
    private readonly request: IncomingMessage,
    private readonly client: Duplex,
    /** Its JSON, taken off the raw connection. */
    private readonly body: Buffer,
    /** What was sent after it: the beginning of stdin. */
    private readonly rest: Buffer,
  ) {}

  async run(fault: Fault | undefined): Promise<void> {
    switch (fault?.kind) {
      case 'hang': return;
      case 'drop':
        this.client.destroy();
        return;
      case 'refuse': return this.#answer(fault.status, JSON.stringify({ message: fault.message }));
      case 'garble': return this.#answer(200, fault.body);
      case 'delay':
        await sleep(fault.milliseconds);
        return this.#connect();
      case 'truncate':
      case 'shorten': return this.#connect(fault.bytes ?? 4);
      default: return this.#connect();
    }
  }

  #connect(outputBytes = Number.POSITIVE_INFINITY): void {
    const { method, url, headers } = this.request;
    const upstream = http.request({ socketPath: this.daemonSocket, method, path: url, headers, agent: false });
    upstream.once('error', () => this.client.destroy());
    upstream.once('upgrade', (answer, daemon, head) => {
      this.call.statuses.push(answer.statusCode ?? 0);
      this.client.write(`HTTP/1.1 101 UPGRADED\r\n${headerLines(answer)}\r\n`);
      this.#join(daemon, head, outputBytes);
    });
    upstream.once('response', (answer) => {
      this.call.statuses.push(answer.statusCode ?? 0);
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).once('end', () => this.#answer(answer.statusCode ?? 500, Buffer.concat(chunks).toString()));
    });
    upstream.end(this.body);
  }

  #join(daemon: Duplex, head: Buffer, outputBytes: number): void {
    let left = outputBytes;
    const pass = (chunk: Buffer): void => {
      const part = chunk.subarray(0, Math.min(chunk.length, left));
      left -= part.length;
      this.client.write(part);
      if (left > 0) return;
      daemon.destroy();
      this.client.end(() => this.client.destroy());
    };
    if (head.length > 0) pass(head);
    daemon.on('data', pass);
    daemon.once('end', () => this.client.end());
    daemon.on('error', () => this.client.destroy());
    this.client.on('error', () => daemon.destroy());
    this.client.once('close', () => daemon.destroy());
    if (this.rest.length > 0) daemon.write(this.rest);
    this.client.pipe(daemon);
  }

  #answer(status: number, body: string): void {
    this.client.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Unknown'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
  }
}

function headerLines({ rawHeaders }: IncomingMessage): string {
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`);
  return lines.join('');
}
