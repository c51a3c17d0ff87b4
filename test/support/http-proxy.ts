import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxiedRequest {
  readonly method: string;
  /** A URL, or of a CONNECT host and port. */
  readonly target: string;
  /** `name:password`. */
  readonly user: string;
}

/** The proxy of a company: it writes down what is wanted of it, and fetches nothing. */
export class HttpProxy {
  readonly requests: ProxiedRequest[] = [];
  readonly #server = http.createServer((request, response) => {
    this.#record(request);
    response.writeHead(502).end();
  });

  private constructor(private readonly address: string) {
    this.#server.on('connect', (request: http.IncomingMessage, socket) => {
      this.#record(request);
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
    });
  }

  static async start(address: string): Promise<HttpProxy> {
    const proxy = new HttpProxy(address);
    await new Promise<void>((resolve, reject) => proxy.#server.once('error', reject).listen(0, address, resolve));
    return proxy;
  }

  get hostAndPort(): string {
    return `${this.address}:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #record({ method = '', url = '', headers }: http.IncomingMessage): void {
    const encoded = (headers['proxy-authorization'] ?? '').replace(/^Basic /, '');
    this.requests.push({ method, target: url, user: Buffer.from(encoded, 'base64').toString() });
  }
}
