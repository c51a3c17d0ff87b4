import { CancelledError, EXIT_CODES } from '../errors/index.js';
import { shellQuote } from '../shell/words.js';

/** The parts of the process that an interruption touches; tests hand in their own. */
export interface SignalHost {
  on(signal: HandledSignal, listener: () => void): void;
  off(signal: HandledSignal, listener: () => void): void;
  /** The reader of stdout or stderr went away. */
  onOutputClosed(listener: () => void): void;
  offOutputClosed(listener: () => void): void;
  now(): number;
  exit(code: number): void;
}

export interface InterruptionTexts {
  /** What the first signal sets off: `undoing what this run made`. */
  readonly consequence: string;
  /** The command that finishes what a second signal leaves behind. */
  readonly recovery?: string | undefined;
}

/** For commands that make things and undo them when they are interrupted. */
export function undoingTexts(retain: boolean, recovery: readonly string[]): InterruptionTexts {
  return {
    consequence: retain ? 'stopping; what this run made is kept' : 'undoing what this run made',
    recovery: ['kindbox', ...recovery].map(shellQuote).join(' '),
  };
}

export type HandledSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
type CancelReason = 'interrupted' | 'terminated' | 'hangup';

const REASONS: Readonly<Record<HandledSignal, CancelReason>> = { SIGINT: 'interrupted', SIGTERM: 'terminated', SIGHUP: 'hangup' };
const WORDS: Readonly<Record<CancelReason, string>> = { interrupted: 'Interrupted', terminated: 'Terminated', hangup: 'Hung up' };
/** `npx kindbox` gets each Ctrl-C twice: from the terminal, and forwarded by npm. */
const SAME_KEYSTROKE_MS = 150;

/** Turns signals into one cancellation: the first lets the engine undo its work, the second leaves at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #listeners = new Map<HandledSignal, () => void>();
  readonly #outputClosed = (): void => this.#receive('terminated', false);
  #cancelledAt: number | undefined;

  constructor(
    private readonly host: SignalHost,
    private readonly texts: InterruptionTexts,
    /** `leaving`: nothing is drawn after this. */
    private readonly tell: (text: string, leaving: boolean) => void,
  ) {
    for (const [signal, reason] of Object.entries(REASONS) as [HandledSignal, CancelReason][]) {
      const listener = (): void => this.#receive(reason, true);
      this.#listeners.set(signal, listener);
      host.on(signal, listener);
    }
    host.onOutputClosed(this.#outputClosed);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  release(): void {
    for (const [signal, listener] of this.#listeners) this.host.off(signal, listener);
    this.host.offOutputClosed(this.#outputClosed);
  }

  #receive(reason: CancelReason, heard: boolean): void {
    if (this.#cancelledAt === undefined) this.#cancel(reason, heard);
    else if (heard && this.host.now() - this.#cancelledAt >= SAME_KEYSTROKE_MS) this.#leave(reason);
  }

  #cancel(reason: CancelReason, heard: boolean): void {
    this.#cancelledAt = this.host.now();
    this.#controller.abort(new CancelledError(reason));
    if (heard) this.tell(`${WORDS[reason]}: ${this.texts.consequence} (press Ctrl-C again to leave it as it is)`, false);
  }

  #leave(reason: CancelReason): void {
    const { recovery } = this.texts;
    this.tell(recovery === undefined ? 'Left as it is.' : `Left as it is. To clean up:\n  $ ${recovery}`, true);
    this.host.exit(EXIT_CODES[reason]);
  }
}
