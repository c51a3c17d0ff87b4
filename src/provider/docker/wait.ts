import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { NodeExit } from '../types.js';
import type { DockerClient } from './client.js';
import { parseObject } from './docker-config.js';
import { statusOf } from './errors.js';
import { rawRequest } from './raw-request.js';

/** Milliseconds between attempts while the daemon is away: containers may survive its restart. */
const RECONNECT_PAUSE = 500;
/** What a shell would report of a process that was killed; a container that was removed has no exit code left. */
const KILLED = 137;

/** Resolves when the container is not running. Outlasts restarts of the daemon. Rejects only when `signal` is aborted. */
export async function waitForExit(client: DockerClient, id: string, signal: AbortSignal): Promise<NodeExit> {
  for (;;) {
    try {
      return await client.call(`Cannot wait for container ${id.slice(0, 12)}`, (abortSignal) => waitOnce(client, id, abortSignal ?? signal), signal);
    } catch (error) {
      throwIfCancelled(signal);
      if (statusOf(error) === 404) return { exitCode: KILLED, outOfMemory: false };
      // Only what was not foreseen at all may end a wait early.
      if (!(error instanceof KindboxError)) throw error;
      await sleep(RECONNECT_PAUSE, undefined, { signal }).catch(() => throwIfCancelled(signal));
    }
  }
}

async function waitOnce(client: DockerClient, id: string, signal: AbortSignal): Promise<NodeExit> {
  const answer = await rawRequest(client, 'POST', `/containers/${id}/wait`, { condition: 'not-running' }, signal);
  const body = parseObject(await text(answer));
  const exitCode = body?.['StatusCode'];
  if (typeof exitCode !== 'number') throw Object.assign(new Error('The wait was cut off'), { code: 'ECONNRESET' });
  const state = await client.api.getContainer(id).inspect().then((container) => container.State, () => undefined);
  return { exitCode, outOfMemory: state?.OOMKilled === true };
}
