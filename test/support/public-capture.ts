import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';
import { docker } from './docker.js';
import { eventually } from './eventually.js';

const WATCH = fileURLToPath(new URL('./process-watch.mjs', import.meta.url));

/** What any user of the host sees of a run: Docker's events, and the command lines and environments of processes. */
export interface Captured {
  readonly events: string;
  readonly argv: string;
  readonly environ: string;
}

/** Records from `begin` to `end`. What it would have seen is shown by a canary, which goes the way that no secret may. */
export class PublicCapture {
  #events = '';

  private constructor(private readonly watch: ResultPromise, private readonly listening: ResultPromise) {
    listening.stdout?.on('data', (chunk: Buffer) => { this.#events += chunk.toString('utf8'); });
  }

  static async begin(): Promise<PublicCapture> {
    const watch = execa(process.execPath, [WATCH], { stdin: 'pipe', maxBuffer: 256 * 1024 * 1024 });
    const listening = execa('docker', ['events', '--format', '{{json .}}'], { stdin: 'ignore', reject: false, buffer: false });
    return new PublicCapture(watch, listening);
  }

  /** Says `canary` in an argument and a variable of a command in a node, until it has been seen among the events. */
  async show(node: string, canary: string): Promise<void> {
    await eventually(async () => {
      await docker(['exec', '--env', `KBTEST=${canary}-variable`, node, 'sleep', '0.5', `0.0${canary.replace(/\D/g, '')}`]);
      await docker(['exec', node, 'sh', '-c', `sleep 0.5 # ${canary}-argument`]);
      expect(this.#events).toContain(`${canary}-argument`);
    });
  }

  async end(): Promise<Captured> {
    this.watch.stdin?.end();
    this.listening.kill();
    const { stdout } = await this.watch;
    await this.listening;
    return { events: this.#events, ...(JSON.parse(String(stdout)) as { argv: string; environ: string }) };
  }
}
