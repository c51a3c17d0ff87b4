import type { EngineContext } from '../../engine.js';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import { LABELS, ownedLabels } from '../../nodes/labels.js';
import { lockName } from '../../nodes/names.js';
import type { ObservedNode } from '../../provider/types.js';
import type { CreateOptions } from '../options.js';
import { CLEAN_UP_MS } from '../clean-up.js';
import { requireFreeName } from './free-name.js';
import { livenessOf, parseHolder, thisProcess, type Holder } from './holder.js';
import { lockNode, type NodeLock } from './node-lock.js';
import { beingCreated, destroyedMeanwhile } from './refusals.js';

const CLAIM_ATTEMPTS = 5;

/**
 * A create's right to make a cluster of that name. Docker makes a volume for the first who asks for its name, and gives
 * later ones that same volume, whose labels then name the first. The volume is what tells a create that it was destroyed:
 * destroy removes it **before** it looks for what to remove, and a create looks at it **after** each object it has made.
 * So one of the two finds the object, however their calls interleave.
 */
export class CreateLock {
  readonly #destroyed = new AbortController();
  #inMaster: Promise<NodeLock | undefined> | undefined;

  /** The caller's context, which ends, too, when somebody destroys the cluster. */
  readonly context: EngineContext;

  private constructor(private readonly outer: EngineContext, readonly cluster: string, readonly run: string, private readonly holder: Holder) {
    this.context = { ...outer, signal: AbortSignal.any([outer.signal, this.#destroyed.signal]) };
  }

  /** @throws KindboxError conflict, naming who creates the cluster, or what has its names. */
  static async claim(context: EngineContext, options: Pick<CreateOptions, 'name' | 'numWorkers'>, run: string): Promise<CreateLock> {
    const holder = await thisProcess('create');
    const lock = new CreateLock(context, options.name, run, holder);
    try {
      await lock.#claim();
      // Whoever had the lock before may have finished since the name was looked for.
      await requireFreeName(context, options, run);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** To be called after each object that the run has made. @throws KindboxError conflict. */
  async made(): Promise<void> {
    if (await this.isLost()) throw this.#end();
  }

  /** Locks the control plane as well: others then see that this process lives, and it sees at once when the node is destroyed. */
  holdIn(master: ObservedNode): void {
    this.#inMaster = lockNode(this.outer.provider, master, this.holder, this.outer.signal).catch(() => undefined);
    void this.#inMaster.then(async (lock) => {
      await lock?.ended;
      if (lock !== undefined && await this.isLost()) this.#end();
    });
  }

  /** Somebody destroys the cluster, or has. What cannot be known is no loss: the run itself fails if the engine does. */
  async isLost(): Promise<boolean> {
    if (this.#destroyed.signal.aborted) return true;
    try {
      return !await this.#isOurs(AbortSignal.timeout(CLEAN_UP_MS));
    } catch {
      return false;
    }
  }

  get destroyed(): KindboxError {
    return destroyedMeanwhile(this.cluster, 'created');
  }

  /** Never rejects. A lock of somebody else's is left. */
  async release(): Promise<void> {
    const { provider } = this.outer;
    const signal = AbortSignal.timeout(CLEAN_UP_MS);
    await Promise.allSettled([
      this.#isOurs(signal).then((ours) => (ours ? provider.removeVolume(lockName(this.cluster)) : undefined)),
      this.#inMaster?.then((lock) => lock?.release()),
    ]);
  }

  #end(): KindboxError {
    const error = this.destroyed;
    this.#destroyed.abort(error);
    return error;
  }

  async #isOurs(signal: AbortSignal): Promise<boolean> {
    return (await this.outer.provider.findVolume(lockName(this.cluster), signal))?.labels[LABELS.run] === this.run;
  }

  async #claim(): Promise<void> {
    const { provider, signal } = this.outer;
    const name = lockName(this.cluster);
    const labels = { ...ownedLabels(this.cluster, this.run), [LABELS.lock]: JSON.stringify(this.holder) };
    for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt += 1) {
      throwIfCancelled(signal);
      await provider.ensureVolume(name, labels, signal);
      const found = await provider.findVolume(name, signal);
      // Its owner has ended in between.
      if (found === undefined) continue;
      if (found.labels[LABELS.run] === this.run) return;
      if (found.labels[LABELS.cluster] !== this.cluster) throw foreignVolume(name);
      const other = parseHolder(found.labels[LABELS.lock]);
      const liveness = await livenessOf(other);
      if (liveness !== 'dead') throw beingCreated(this.cluster, other, liveness);
      await provider.removeVolume(name);
    }
    throw beingCreated(this.cluster, undefined, 'unknown');
  }
}

function foreignVolume(name: string): KindboxError {
  return new KindboxError(`A volume named ${name} exists already`, {
    reason: 'conflict', because: 'kindbox did not make it, and does not touch it.', next: ['Choose another name for the cluster', `docker volume inspect ${name}`],
  });
}
