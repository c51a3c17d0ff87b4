import http2, { type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { KindboxError, messageOf } from '../errors/index.js';
import { ConnectionLost } from './api-error.js';
import type { Connection } from './connection.js';
import { cancellation, throwIfAborted, whenAborted } from './wait.js';

/** Bytes. All pods of hundreds of nodes fit. */
const LARGEST_ANSWER = 100e6;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Request {
  readonly method: Method;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** One request on a connection, whose answer is read as a whole. @throws ConnectionLost */
export async function exchange(connection: Connection, request: Request, signal: AbortSignal): Promise<Response & { text: string }> {
  const stream = start(connection, request, signal);
  const stop = closeOnAbort(stream, signal);
  try {
    const response = await head(stream, signal);
    return { ...response, text: await wholeBody(connection, stream, signal) };
  } finally {
    stop();
    cancel(stream);
  }
}

/** One request on a connection, whose answer is handed over as it comes; ends quietly when the connection does. */
export async function* streaming(
  connection: Connection,
  request: Request,
  signal: AbortSignal,
): AsyncGenerator<Response | Buffer, void, undefined> {
  const stream = start(connection, request, signal);
  const stop = closeOnAbort(stream, signal);
  try {
    yield await head(stream, signal);
    for await (const chunk of stream) yield chunk as Buffer;
    throwIfAborted(signal);
  } catch (error) {
    throw translate(error, signal);
  } finally {
    stop();
    cancel(stream);
  }
}

function start(connection: Connection, { method, path, headers, body }: Request, signal: AbortSignal): ClientHttp2Stream {
  throwIfAborted(signal);
  const outgoing: OutgoingHttpHeaders = { ':method': method, ':path': path, accept: 'application/json', ...headers };
  const payload = body === undefined ? undefined : Buffer.from(body);
  if (payload) outgoing['content-length'] = payload.length;
  try {
    const stream = connection.session.request(outgoing, { endStream: !payload });
    // Errors are read from 'close'; without a listener they would end the process.
    stream.on('error', () => undefined);
    if (payload) stream.end(payload);
    return stream;
  } catch (error) {
    throw new ConnectionLost(messageOf(error), false, error);
  }
}

function closeOnAbort(stream: ClientHttp2Stream, signal: AbortSignal): () => void {
  return whenAborted(signal, () => { stream.destroy(cancellation(signal)); });
}

function cancel(stream: ClientHttp2Stream): void {
  if (!stream.closed) stream.close(http2.constants.NGHTTP2_CANCEL);
  if (!stream.destroyed) stream.resume();
}

function head(stream: ClientHttp2Stream, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    stream.once('error', (error) => { failure = error; });
    stream.once('close', () => {
      reject(translate(failure ?? new Error('the connection to the API server was lost'), signal, neverProcessed(stream)));
    });
    stream.once('response', (headers) => { resolve({ status: Number(headers[':status']), headers }); });
  });
}

function wholeBody(connection: Connection, stream: ClientHttp2Stream, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let complete = false;
    let failure: unknown;
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST_ANSWER) return chunks.push(chunk);
      chunks.length = 0;
      reject(tooLarge());
      return stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    // A dying session ends its streams like complete ones.
    stream.once('end', () => { complete = stream.rstCode === 0 && !connection.session.destroyed; });
    stream.once('error', (error) => { failure = error; });
    stream.once('close', () => {
      if (complete && !failure) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(translate(failure ?? new Error('the connection to the API server was lost'), signal));
    });
  });
}

function tooLarge(): KindboxError {
  return new KindboxError(`The API server answered with more than ${LARGEST_ANSWER / 1e6} MB`, { reason: 'cluster', because: 'No cluster that kindbox makes has so much to tell.' });
}

function neverProcessed(stream: ClientHttp2Stream): boolean {
  return stream.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM || stream.pending;
}

function translate(error: unknown, signal: AbortSignal, neverSent = false): Error {
  if (signal.aborted) return cancellation(signal);
  if (error instanceof ConnectionLost) return error;
  return new ConnectionLost(messageOf(error), !neverSent, error);
}
