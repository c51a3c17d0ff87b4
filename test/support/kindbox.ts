import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { EngineEvent } from '../../src/events/event.js';

const PROGRAM = fileURLToPath(new URL('../../bin/kindbox', import.meta.url));

export interface KindboxRun {
  readonly argv: readonly string[];
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KindboxOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs the program with its arguments, which are added to it. */
  readonly within?: readonly string[];
  /** Milliseconds after which it is killed, which shows as an exit code that is undefined. */
  readonly timeoutMs?: number;
  /** Called with each event; only with `--progress json`. */
  readonly onEvent?: (event: EngineEvent, signal: (name: NodeJS.Signals) => void, hangUp: () => void) => void;
}

/** The built program with a home of its own, so that no test sees or changes the kubeconfigs of who runs it. */
export class Kindbox {
  private constructor(readonly home: string) {}

  static async inNewHome(): Promise<Kindbox> {
    const kindbox = new Kindbox(await mkdtemp(join(tmpdir(), 'kindbox-e2e-')));
    await mkdir(kindbox.temporary, { recursive: true });
    return kindbox;
  }

  /** Where it puts what it keeps of a failure; no state, like the caches beside it. */
  get temporary(): string {
    return join(this.home, '.cache', 'tmp');
  }

  /** Runs to the end, whatever the exit code. */
  async run(argv: readonly string[], { environment = {}, within = [], onEvent, timeoutMs }: KindboxOptions = {}): Promise<KindboxRun> {
    const [command = PROGRAM, ...rest] = [...within, PROGRAM, ...argv];
    const child = execa(command, rest, {
      env: { HOME: this.home, TMPDIR: this.temporary, KUBECONFIG: undefined, KINDBOX_RUNTIME: undefined, NO_COLOR: '1', ...environment },
      stdin: 'ignore', reject: false, maxBuffer: 64 * 1024 * 1024, ...(timeoutMs !== undefined && { timeout: timeoutMs, killSignal: 'SIGKILL' }),
    });
    if (onEvent !== undefined) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        const event = eventIn(line);
        if (event !== undefined) onEvent(event, (name) => child.kill(name), () => [child.stdout, child.stderr].forEach((stream) => stream.destroy()));
      });
    }
    const { exitCode, stdout, stderr } = await child;
    return { argv, exitCode, stdout, stderr };
  }

  /** Runs with `--json` and returns what it printed. @throws when it fails, with all that it said. */
  async json<T>(argv: readonly string[], options: KindboxOptions = {}): Promise<T> {
    const run = await this.run([...argv, '--json'], options);
    if (run.exitCode !== 0) throw new Error(describeRun(run));
    return JSON.parse(run.stdout) as T;
  }

  /** Runs and insists on success. */
  async succeed(argv: readonly string[], options: KindboxOptions = {}): Promise<KindboxRun> {
    const run = await this.run(argv, options);
    if (run.exitCode !== 0) throw new Error(describeRun(run));
    return run;
  }

  /** All files that the program has left in its home, as paths relative to it. Caches are not state. */
  async files(): Promise<string[]> {
    const paths = await readdir(this.home, { recursive: true });
    const isFile = await Promise.all(paths.map(async (path) => !(await lstat(join(this.home, path))).isDirectory()));
    return paths.filter((path, index) => isFile[index] === true && !path.startsWith('.cache/')).sort();
  }

  async removeHome(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

export function describeRun({ argv, exitCode, stdout, stderr }: KindboxRun): string {
  return `kindbox ${argv.join(' ')} exited with ${exitCode}\n${stdout}\n${stderr}`;
}

function eventIn(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    // A warning of Node's, or an error in words.
    return undefined;
  }
}
