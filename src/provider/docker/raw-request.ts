import type { IncomingMessage } from 'node:http';
import type { DockerClient } from './client.js';

/**
 * A request whose answer is read by the caller. dockerode's own methods never settle when the daemon dies between
 * the headers of an answer and its end, and they parse logs that happen to look like JSON.
 */
export function rawRequest(
  client: DockerClient,
  method: 'GET' | 'POST',
  path: string,
  query: Readonly<Record<string, string | number | boolean | readonly string[]>>,
  abortSignal: AbortSignal,
): Promise<IncomingMessage> {
  const statusCodes = { 200: true, 400: 'bad parameter', 404: 'not found', 409: 'conflict', 500: 'server error' };
  return new Promise((resolve, reject) => {
    client.api.modem.dial(
      { path: `${path}?`, method, isStream: true, abortSignal, options: { ...query }, statusCodes },
      (error: Error | null, answer: unknown) => (error ? reject(error) : resolve(answer as IncomingMessage)),
    );
  });
}
