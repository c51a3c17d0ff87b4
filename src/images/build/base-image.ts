import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import { suiteOf } from './base-suite.js';
import { bootstrapWithMmdebstrap, type Bootstrapping, type RootfsBootstrap } from './bootstrap.js';

export interface BaseImageNeeds {
  readonly builder: ImageBuilder;
  readonly reference: string;
  readonly architecture: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly bootstrap?: RootfsBootstrap | undefined;
  readonly progress: (detail: string, current?: number, total?: number) => void;
  readonly note: (message: string) => void;
  /** Milliseconds without progress after which a pull is given up. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 20_000;

/** Pulls the base image, or makes it of its distribution's packages where no registry can be reached. */
export async function getBaseImage(needs: BaseImageNeeds, signal: AbortSignal): Promise<void> {
  try {
    await pullWithPatience(needs, signal);
  } catch (error) {
    throwIfCancelled(signal);
    const suite = suiteOf(needs.reference);
    if (suite === undefined) throw cannotBeHad(needs.reference, error);
    needs.note(`${needs.reference} could not be pulled (${firstLine(error)}): making it of ${suite.distribution} ${suite.suite}'s packages with mmdebstrap, which takes a minute.`);
    const bootstrap = needs.bootstrap ?? bootstrapWithMmdebstrap;
    const { architecture, environment } = needs;
    await importRootfs(needs, await bootstrap({ base: suite, architecture, environment, onLine: (line) => needs.progress(line) }, signal), signal);
  }
}

async function pullWithPatience(needs: BaseImageNeeds, signal: AbortSignal): Promise<void> {
  const patienceMs = needs.patienceMs ?? PATIENCE_MS;
  const impatience = new AbortController();
  const giveUp = (): void => impatience.abort(new KindboxError(`no answer within ${patienceMs / 1000} s`, { reason: 'image' }));
  let timer = setTimeout(giveUp, patienceMs);
  let last = -1;
  const onProgress = (current: number, total: number): void => {
    needs.progress('pulling', current, total);
    // Reports that tell of nothing new do not count: Docker repeats them while it retries.
    if (current === last) return;
    last = current;
    clearTimeout(timer);
    timer = setTimeout(giveUp, patienceMs);
  };
  try {
    await needs.builder.pullImage(needs.reference, onProgress, AbortSignal.any([signal, impatience.signal]));
  } finally {
    clearTimeout(timer);
  }
}

async function importRootfs(needs: BaseImageNeeds, { rootfs, ended }: Bootstrapping, signal: AbortSignal): Promise<void> {
  // The stream's own error says why; the engine only sees a request that breaks off.
  let broken: Error | undefined;
  rootfs.once('error', (error: Error) => { broken = error; });
  try {
    const image = await needs.builder.importImage(needs.reference, rootfs, signal);
    if (broken !== undefined) await needs.builder.removeImage(image.id);
  } catch (error) {
    rootfs.destroy();
    await ended;
    throwIfCancelled(signal);
    throw broken ?? error;
  } finally {
    await ended;
  }
  if (broken !== undefined) throw broken;
}

function cannotBeHad(reference: string, cause: unknown): KindboxError {
  return new KindboxError(`The base image ${reference} could not be pulled: ${firstLine(cause)}`, {
    reason: 'image',
    because: 'Where no registry can be reached, only images of Debian and Ubuntu can be made of packages.',
    next: [`docker pull ${reference}`, 'Leave --base out, for debian:bookworm-slim'],
    cause,
  });
}

function firstLine(error: unknown): string {
  const message = error instanceof KindboxError ? (error.because ?? error.message) : String(error);
  return message.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
}
