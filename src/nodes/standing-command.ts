import { PassThrough } from 'node:stream';
import { abortable, seconds, withDeadline } from '../kubernetes/wait.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ExecOptions, ExecResult, ObservedNode } from '../provider/types.js';
import { tooSlow, whileRunning } from './node-failure.js';

const ONCE_BOOTED = '/usr/local/lib/kindbox/once-booted';
/** What that says when the container runtime does. */
const BOOTED = 'The container runtime answers.';

/** A file that the command finds when it begins. */
export interface GivenFile {
  /** Absolute, in a folder that there is. */
  readonly path: string;
  /** Octal. */
  readonly mode: string;
  readonly content: string;
}

export interface StandingOptions {
  /** The program that waits for the node's container runtime, with its seconds. */
  readonly awaiting: readonly string[];
  /** What is to run then. */
  readonly argv: readonly string[];
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** Of one wait for it. */
export type Limits = Pick<ExecOptions, 'signal' | 'timeoutMs'>;
export type RunOptions = Limits & Pick<ExecOptions, 'onLine'> & { readonly stdin: string };

/**
 * A command that stands in a node and waits: for the node's container runtime, for files, and for what it reads itself. Docker takes
 * 70 ms of the processors for an exec, whatever it runs, and many nodes join at once: one does what would take three.
 */
export class StandingCommand {
  readonly #booted: Promise<undefined>;
  readonly #ended: Promise<ExecResult>;
  readonly #stdin = new PassThrough();
  readonly #abandoned = new AbortController();
  #onLine: ExecOptions['onLine'];

  constructor(private readonly provider: NodeProvider, private readonly node: ObservedNode, private readonly options: StandingOptions) {
    this.#booted = new Promise((resolve) => { this.#onLine = (line) => { if (line === BOOTED) resolve(undefined); }; });
    this.#ended = provider.exec(node.id, [ONCE_BOOTED, ...options.awaiting, ...options.argv], {
      signal: AbortSignal.any([options.signal, this.#abandoned.signal]), stdin: this.#stdin, onLine: (line, stream) => { this.#onLine?.(line, stream); },
    });
    this.#ended.catch(() => undefined);
  }

  /**
   * Undefined when the container runtime answers, or else what the command ended with before: the exit code of a command that is not
   * there in a node whose image is of before. @throws KindboxError as execWhileRunning does.
   */
  booted(limits: Limits): Promise<ExecResult | undefined> {
    return this.#watched(Promise.race([this.#booted, this.#ended]), this.options.awaiting[0], limits);
  }

  /** Where the node cannot write it, the command fails. */
  give({ path, mode, content }: GivenFile): void {
    this.#stdin.write(`${Buffer.byteLength(content)} ${mode} ${path}\n${content}`);
  }

  /** Has it begin. @throws KindboxError as execWhileRunning does. */
  run({ stdin, onLine, ...limits }: RunOptions): Promise<ExecResult> {
    this.#onLine = onLine;
    this.#stdin.end(`\n${stdin}`);
    return this.#watched(this.#ended, this.options.argv[0], limits);
  }

  /** Ends it, if it has not begun. */
  abandon(): void {
    this.#abandoned.abort();
  }

  #watched<T extends ExecResult | undefined>(coming: Promise<T>, program: string | undefined, { signal, timeoutMs }: Limits): Promise<T> {
    const watch = (limited: AbortSignal): Promise<T> => whileRunning(this.provider, this.node, limited, abortable(coming, limited), wasKilled);
    if (timeoutMs === undefined) return watch(signal);
    return withDeadline(timeoutMs, signal, watch, () => tooSlow(`The command ${program} in ${this.node.name} did not end within ${seconds(timeoutMs)}`));
  }
}

/** As a command is whose node goes. */
function wasKilled(ended: ExecResult | undefined): boolean {
  return ended !== undefined && ended.exitCode > 127;
}
