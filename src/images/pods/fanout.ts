import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/** Bytes. Ten nodes that told of every chunk would keep the renderer busy. */
const TELL_EVERY = 4 << 20;

interface Branch {
  readonly stream: PassThrough;
  readonly onBytes: (sum: number) => void;
}

/**
 * One stream for several readers, at the pace of the slowest: what is in memory is bounded, however large the images
 * are. It is opened once all readers have come. A reader that leaves holds up nobody.
 */
export class Fanout {
  readonly #branches: Branch[] = [];

  constructor(private readonly readers: number, private readonly open: () => Promise<Readable>) {}

  /** `onBytes` is told how many have been passed on so far. */
  join(onBytes: (sum: number) => void = () => undefined): Readable {
    const stream = new PassThrough({ highWaterMark: 1 << 20 });
    // Whoever reads is told of an error; one that comes before must not end the process.
    stream.on('error', () => undefined);
    this.#branches.push({ stream, onBytes });
    if (this.#branches.length === this.readers) void this.#pump();
    return stream;
  }

  async #pump(): Promise<void> {
    let source: Readable | undefined;
    let sum = 0;
    let told = 0;
    try {
      source = await this.open();
      for await (const chunk of source as AsyncIterable<Buffer>) {
        const live = this.#branches.filter(({ stream }) => !stream.destroyed);
        if (live.length === 0) break;
        await Promise.all(live.map(async ({ stream }) => { if (!stream.write(chunk)) await drained(stream); }));
        sum += chunk.length;
        if (sum - told < TELL_EVERY) continue;
        told = sum;
        for (const { onBytes } of live) onBytes(sum);
      }
      for (const { stream } of this.#branches) stream.end();
    } catch (error) {
      for (const { stream } of this.#branches) stream.destroy(error instanceof Error ? error : new Error(String(error)));
    } finally {
      source?.destroy();
    }
  }
}

async function drained(stream: PassThrough): Promise<void> {
  const over = new AbortController();
  const either = ['drain', 'close'].map((event) => once(stream, event, { signal: over.signal }));
  // An error comes with a close.
  await Promise.race(either).catch(() => undefined);
  over.abort();
  await Promise.allSettled(either);
}
