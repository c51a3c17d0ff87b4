import http2, { type ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { KindboxError } from '../errors/index.js';
import type { NodeProvider } from '../provider/provider.js';
import { ConnectionLost } from './api-error.js';
import type { ClientCredentials } from './credentials.js';
import { abortable, cancellation, throwIfAborted, whenAborted } from './wait.js';

/** Joins its stdin and stdout to a port of the node's loopback, waiting for that port to listen. */
export const TUNNEL_ARGV = ['/usr/local/lib/kindbox/node-tunnel', '6443'] as const;
/** kubeadm puts this name into every API server's certificate, whatever address the node has. */
const SERVER_NAME = 'kubernetes';
const KEEPALIVE_MS = 10_000;
const CLOSE_LIMIT_MS = 1000;

export type TunnelOpener = Pick<NodeProvider, 'openStream'>;

/** One HTTP/2 session with the API server, over TLS, over one exec in the control plane. */
export class Connection {
  readonly session: ClientHttp2Session;
  /** Resolves when the exec behind it is closed. */
  readonly ended: Promise<void>;
  readonly #tunnel: Duplex;
  readonly #keepalive: NodeJS.Timeout;
  #leaving = false;
  #unanswered = false;

  constructor(session: ClientHttp2Session, socket: TLSSocket, tunnel: Duplex) {
    this.session = session;
    this.#tunnel = tunnel;
    this.ended = new Promise((resolve) => { tunnel.once('close', resolve); });
    session.on('error', () => undefined);
    session.on('goaway', () => { this.#leaving = true; });
    session.once('close', () => { this.destroy('the session with the API server ended'); });
    // HTTP/2 does not notice the end of a stream that is no socket, and a tunnel that TLS has paused does not tell of its own.
    // What came together with the end is still on its way to the streams.
    const onEnd = (): void => { setImmediate(() => { this.destroy('the API server ended the connection'); }); };
    socket.once('end', onEnd);
    tunnel.once('end', onEnd);
    tunnel.once('close', () => { this.destroy('the tunnel into the control plane was closed'); });
    this.#keepalive = setInterval(() => { this.#checkAlive(); }, KEEPALIVE_MS).unref();
  }

  get usable(): boolean {
    return !this.#leaving && !this.session.closed && !this.session.destroyed && !this.#tunnel.destroyed;
  }

  destroy(because: string): void {
    clearInterval(this.#keepalive);
    // Without an error, Node ends the streams that are open as if their bodies were complete.
    if (!this.session.destroyed) this.session.destroy(new Error(because), http2.constants.NGHTTP2_CANCEL);
    if (!this.#tunnel.destroyed) this.#tunnel.destroy();
  }

  async close(): Promise<void> {
    this.destroy('the client was closed');
    if (this.#tunnel.closed) return;
    await abortable(this.ended, AbortSignal.timeout(CLOSE_LIMIT_MS)).catch(() => undefined);
  }

  /** A tunnel through a remote engine may die without a sign; only an unanswered ping tells. */
  #checkAlive(): void {
    if (this.#unanswered) {
      this.destroy('the connection is silent');
      return;
    }
    if (this.session.destroyed) return;
    this.#unanswered = true;
    this.session.ping(() => { this.#unanswered = false; });
  }
}

/** @throws ConnectionLost when trying again may help, KindboxError when not. */
export async function openConnection(
  provider: TunnelOpener,
  nodeId: string,
  credentials: ClientCredentials,
  signal: AbortSignal,
): Promise<Connection> {
  throwIfAborted(signal);
  const tunnel = await provider.openStream(nodeId, TUNNEL_ARGV, signal);
  tunnel.on('error', () => undefined);
  if (tunnel.destroyed) throw tunnelClosed(tunnel);
  try {
    const socket = await startTls(tunnel, credentials, signal);
    const session = http2.connect(`https://${SERVER_NAME}`, { createConnection: () => socket, settings: { enablePush: false } });
    return new Connection(session, socket, tunnel);
  } catch (error) {
    tunnel.destroy();
    throw error;
  }
}

function startTls(tunnel: Duplex, credentials: ClientCredentials, signal: AbortSignal): Promise<TLSSocket> {
  const socket = secure(tunnel, credentials);
  return new Promise<TLSSocket>((resolve, reject) => {
    let stopListening = (): void => undefined;
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    // A refused certificate closes the tunnel before its error is reported: the reason is to win.
    const onEnd = (): void => { setImmediate(() => { fail(tunnelClosed(tunnel)); }); };
    const onError = (error: Error): void => { fail(classify(error)); };
    const onSecure = (): void => {
      if (socket.alpnProtocol !== 'h2') return fail(untrusted('it does not speak HTTP/2'));
      settle();
      resolve(socket);
    };
    const settle = (): void => {
      stopListening();
      tunnel.off('close', onEnd).off('end', onEnd);
      socket.off('close', onEnd).off('secureConnect', onSecure).off('error', onError);
    };
    // Outlives settle(): a destroyed TLS socket may report once more.
    socket.on('error', () => undefined);
    socket.once('secureConnect', onSecure).once('close', onEnd).on('error', onError);
    tunnel.once('close', onEnd).once('end', onEnd);
    stopListening = whenAborted(signal, () => { fail(cancellation(signal)); });
  });
}

function secure(tunnel: Duplex, { ca, cert, key }: ClientCredentials): TLSSocket {
  try {
    return tls.connect({ socket: tunnel, ca, cert, key, servername: SERVER_NAME, ALPNProtocols: ['h2'], minVersion: 'TLSv1.2' });
  } catch {
    // OpenSSL's message says nothing to a user, and the certificate and key are what it is about: no cause.
    throw new KindboxError("The control plane's admin kubeconfig cannot be used", {
      reason: 'cluster',
      because: 'its certificate or key cannot be read',
      next: ['Destroy the cluster and create it again'],
    });
  }
}

function tunnelClosed({ errored }: Duplex): ConnectionLost {
  return new ConnectionLost(errored?.message ?? 'nothing listens behind the tunnel into the control plane', false, errored ?? undefined);
}

function classify(error: Error & { code?: string }): Error {
  const code = error.code ?? '';
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER|ERR_TLS_|ERR_SSL_TLSV1_ALERT|ERR_SSL_SSLV3_ALERT/.test(code);
  return certificate ? untrusted(`${error.message} (${code})`, error) : new ConnectionLost(error.message, false, error);
}

function untrusted(because: string, cause?: Error): KindboxError {
  return new KindboxError('The API server of the control plane is not the one of this cluster', {
    reason: 'cluster',
    because,
    next: ['Compare the clocks of this machine and the host of the containers', 'Destroy the cluster and create it again'],
    cause,
  });
}
