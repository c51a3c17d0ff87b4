import { lstat, open, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { KindboxError } from '../errors/index.js';

/** Milliseconds that one holder may take: whoever writes a kubeconfig does so for a moment only. Twenty may come before us. */
const PATIENCE_MS = 10_000;
const POLL_MS = 100;

/**
 * Holds client-go's lock of a kubeconfig (a file beside it, made exclusively) during `work`, so that no entry that
 * kubectl, kind or another kindbox writes at the same time is lost.
 * @throws KindboxError partial when the lock stays held.
 */
export async function withKubeconfigLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const lock = `${path}.lock`;
  await acquire(lock, signal, patienceMs);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string, signal: AbortSignal, patienceMs: number): Promise<void> {
  let holder: string | undefined;
  let deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      const handle = await open(lock, 'wx', 0o600);
      await handle.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const now = await holderOf(lock);
    if (now !== holder) deadline = Date.now() + patienceMs;
    holder = now;
    if (Date.now() >= deadline) {
      throw new KindboxError(`The kubeconfig is locked: ${lock}`, {
        reason: 'partial', because: 'Another program writes it, or one was killed while it did.',
        next: ['If no kubectl, kind or kindbox runs, remove that file and try again'],
      });
    }
    // Those who wait for the same moment would come in step, and some of them always last.
    await delay(POLL_MS * (0.5 + Math.random()), undefined, { signal });
  }
}

/** Another text for each lock file: one that has gone meanwhile is like another. */
async function holderOf(lock: string): Promise<string> {
  return lstat(lock, { bigint: true }).then(({ ino, mtimeNs }) => `${ino} ${mtimeNs}`, () => 'nobody');
}
