import { setTimeout as sleep } from 'node:timers/promises';
import { KindboxError } from '../../errors/index.js';
import type { DockerClient } from './client.js';
import { daemonMessage, isTransient, statusOf } from './errors.js';

/** Milliseconds. */
const REMOVAL_POLL = 100;
const REMOVAL_TIMEOUT = 30_000;

/**
 * Kills and removes a container with its anonymous volumes; an absent one is success.
 * Waits until its name is free: a removal that somebody else began holds the name for a while (moby#37698).
 */
export async function removeContainer(client: DockerClient, id: string): Promise<void> {
  const deadline = Date.now() + REMOVAL_TIMEOUT;
  for (;;) {
    const outcome = await tryRemoval(client, id);
    if (outcome === 'gone') return;
    if (Date.now() > deadline) throw stuck(id, outcome.complaint);
    await sleep(REMOVAL_POLL);
  }
}

async function tryRemoval(client: DockerClient, id: string): Promise<'gone' | { complaint: string }> {
  return client.call(`Cannot remove container ${id.slice(0, 12)}`, async () => {
    try {
      await client.api.getContainer(id).remove({ force: true, v: true });
      return 'gone';
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return 'gone';
      // 409: somebody else removes it. 500: its file system is busy yet, or the kill came between two states. Or the answer was lost.
      if (status === 409 || status === 500 || isTransient(error)) return { complaint: daemonMessage(error) };
      throw error;
    }
  });
}

function stuck(id: string, complaint: string): KindboxError {
  return new KindboxError(`Container ${id.slice(0, 12)} could not be removed within ${REMOVAL_TIMEOUT / 1000} seconds`, {
    reason: 'timeout',
    because: complaint,
    next: [`docker rm --force --volumes ${id.slice(0, 12)}`, 'sudo systemctl restart docker'],
  });
}
