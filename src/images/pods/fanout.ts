import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/**
 * One stream for several readers, at the pace of the slowest: what is in memory is bounded, however large the images
 * are. It is opened once all readers have come. A reader that leaves holds up nobody.
 */
export class Fanout {
  readonly #branches: PassThrough[] = [];
  #awaited: number;
  #source: Readable | undefined;

  /** `onBytes` is told how many have passed so far. */
  constructor(readers: number, private readonly open: () => Promise<Readable>, private readonly onBytes: (sum: number) => void = () => undefined) {
    this.#awaited = readers;
  }

  join(): Readable {
    const branch = new PassThrough({ highWaterMark: 1 << 20 });
    // Whoever reads is told of an error; one that has not begun to must not end the process.
    branch.on('error', () => undefined);
    this.#branches.push(branch);
    this.#awaited -= 1;
    if (this.#awaited === 0) void this.#pump();
    return branch;
  }

  /** For a reader that will not come. */
  renounce(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0 && this.#branches.length > 0) void this.#pump();
  }

  async #pump(): Promise<void> {
    let sum = 0;
    try {
      this.#source = await this.open();
      for await (const chunk of this.#source as AsyncIterable<Buffer>) {
        const live = this.#branches.filter((branch) => !branch.destroyed);
        if (live.length === 0) break;
        await Promise.all(live.map((branch) => (branch.write(chunk) ? undefined : drained(branch))));
        sum += chunk.length;
        this.onBytes(sum);
      }
      for (const branch of this.#branches) branch.end();
    } catch (error) {
      for (const branch of this.#branches) branch.destroy(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#source?.destroy();
    }
  }
}

async function drained(branch: PassThrough): Promise<void> {
  const over = new AbortController();
  const either = ['drain', 'close'].map((event) => once(branch, event, { signal: over.signal }));
  // An error comes with a close.
  await Promise.race(either).catch(() => undefined);
  over.abort();
  await Promise.allSettled(either);
}
