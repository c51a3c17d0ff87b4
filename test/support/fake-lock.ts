import { Duplex } from 'node:stream';
import { KindboxError } from '../../src/errors/index.js';
import { HOLDER_FILE } from '../../src/cluster/lock/node-lock.js';
import type { ExecResult } from '../../src/provider/types.js';

/** What `flock` and `tee` do in the nodes of a fake engine, by the id of the node. */
export class FakeLocks {
  readonly #held = new Map<string, HeldLock>();
  readonly #holders = new Map<string, string>();

  open(nodeId: string): Duplex {
    if (this.#held.has(nodeId)) {
      const refused = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => { done(); } });
      refused.on('error', () => undefined);
      setImmediate(() => refused.destroy(new KindboxError('flock ended with exit code 1', { reason: 'cluster' })));
      return refused;
    }
    const held = new HeldLock((text) => this.#holders.set(nodeId, text));
    this.#held.set(nodeId, held);
    held.once('close', () => { if (this.#held.get(nodeId) === held) this.#held.delete(nodeId); });
    return held;
  }

  /** Somebody else's, until `release`. */
  hold(nodeId: string, holder: unknown): { release: () => void } {
    const held = this.open(nodeId);
    held.write(`${JSON.stringify(holder)}\n`);
    return { release: () => held.destroy() };
  }

  isHeld(nodeId: string): boolean {
    return this.#held.has(nodeId);
  }

  /** The answer to a `cat` of the holder's record; undefined for other commands. */
  read(nodeId: string, argv: readonly string[]): ExecResult | undefined {
    if (argv[0] !== 'cat' || argv[1] !== HOLDER_FILE) return undefined;
    const stdout = this.#holders.get(nodeId);
    return { exitCode: stdout === undefined ? 1 : 0, stdout: stdout ?? '', stderr: '' };
  }

  /** The node stops, or is removed. */
  end(nodeId: string): void {
    this.#held.get(nodeId)?.destroy(new KindboxError(`Node ${nodeId} stopped`, { reason: 'cluster' }));
    this.#held.delete(nodeId);
    this.#holders.delete(nodeId);
  }
}

class HeldLock extends Duplex {
  constructor(private readonly record: (text: string) => void) {
    super({ autoDestroy: true });
    this.on('error', () => undefined);
  }

  override _read(): void { /* tee speaks when it is spoken to. */ }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.record(chunk.toString());
    this.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}
