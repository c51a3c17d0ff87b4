import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { NodeProvider } from '../../provider/provider.js';
import type { ObservedNode } from '../../provider/types.js';
import { busy } from './refusals.js';
import { livenessOf, parseHolder, type Holder } from './holder.js';

const LOCK_FILE = '/run/kindbox.lock';
export const HOLDER_FILE = '/run/kindbox.holder';
/** `tee` holds the kernel's lock for as long as our connection keeps its stdin open, and writes down who we are. */
export const LOCK_ARGV = ['flock', '--nonblock', LOCK_FILE, 'tee', HOLDER_FILE] as const;

/** Milliseconds. The lock of a process that was killed is free as soon as the engine has read the end of its connection. */
const RELEASE_WAIT = 3000;
const POLL = 100;
/** Tries until a refusal without a record of a holder means that the node's image cannot lock. */
const TRIES_WITHOUT_RECORD = 5;

export interface NodeLock {
  /** Resolves when the lock is not held any more, for whatever reason. */
  readonly ended: Promise<void>;
  /** Resolves when another may have it; never rejects. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a cluster, which is the kernel's, in its control plane: it ends with our connection to the engine,
 * and so with our process, however that ends. @throws KindboxError conflict, naming who has it; cluster, when the node
 * stops. @returns undefined when the image has no flock.
 */
export async function lockNode(provider: NodeProvider, master: ObservedNode, holder: Holder, signal: AbortSignal): Promise<NodeLock | undefined> {
  const deadline = Date.now() + RELEASE_WAIT;
  for (let unrecorded = 0; ;) {
    const lock = await attempt(provider, master, holder, signal);
    if (lock !== undefined) return lock;
    throwIfCancelled(signal);
    const { exitCode, stdout } = await provider.exec(master.id, ['cat', HOLDER_FILE], { signal });
    const other = exitCode === 0 ? parseHolder(stdout) : undefined;
    const liveness = await livenessOf(other);
    if (other === undefined && ++unrecorded >= TRIES_WITHOUT_RECORD) {
      if (exitCode !== 0) return undefined;
      throw busy(master.cluster, undefined);
    }
    if (liveness === 'alive' || Date.now() > deadline) throw busy(master.cluster, other);
    await sleep(POLL, undefined, { signal }).catch(() => { throwIfCancelled(signal); });
  }
}

async function attempt(provider: NodeProvider, master: ObservedNode, holder: Holder, signal: AbortSignal): Promise<NodeLock | undefined> {
  // The lock outlives the signal: what a cancelled run has made is removed under it, too.
  const connecting = new AbortController();
  const cancel = (): void => { connecting.abort(signal.reason); };
  throwIfCancelled(signal);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await lockThrough(await provider.openStream(master.id, LOCK_ARGV, connecting.signal), holder);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function lockThrough(stream: Duplex, holder: Holder): Promise<NodeLock | undefined> {
  const ended = new Promise<void>((resolve) => { stream.once('close', resolve); });
  stream.on('error', () => undefined);
  if (stream.destroyed) return undefined;
  stream.write(`${JSON.stringify(holder)}\n`);
  // What tee says again it has said after it was started, and so with the lock.
  const echoed = new Promise<boolean>((resolve) => {
    stream.once('data', () => resolve(true));
    stream.once('end', () => resolve(false));
    stream.once('close', () => resolve(false));
  });
  if (!await echoed) {
    const { errored } = stream;
    stream.destroy();
    // A connection that was cut, or a node that stopped, is no refusal.
    if (errored instanceof KindboxError && errored.reason !== 'cluster') throw errored;
    return undefined;
  }
  stream.resume();
  return { ended, release: () => release(stream, ended) };
}

/** Waits until the engine has seen the end: the next verb of a script is not to find the lock taken. */
async function release(stream: Duplex, ended: Promise<void>): Promise<void> {
  const limit = new AbortController();
  stream.end();
  await Promise.race([ended, sleep(RELEASE_WAIT, undefined, { signal: limit.signal, ref: false }).catch(() => undefined)]);
  limit.abort();
  stream.destroy();
}
