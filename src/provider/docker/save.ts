import type { Readable } from 'node:stream';
import type { DockerClient } from './client.js';
import { rawRequest } from './raw-request.js';

/** The archive of `docker save`, as a stream. */
export async function saveImages(client: DockerClient, references: readonly string[], platform: string, signal: AbortSignal): Promise<Readable> {
  const [os = '', architecture = ''] = platform.split('/');
  const query = {
    names: references,
    // From API 1.48 on; without it the containerd store sends an index whose other platforms it lacks (kind#3795).
    platform: JSON.stringify({ os, architecture }),
  };
  return client.call(`Cannot export ${references.join(', ')} from Docker`, () => rawRequest(client, 'GET', '/images/get', query, signal), signal);
}
