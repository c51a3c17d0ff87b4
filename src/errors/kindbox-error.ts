import { EXIT_CODES, type ExitReason } from './exit-codes.js';

export interface KindboxErrorDetails {
  /** Row of the exit code table. */
  reason: ExitReason;
  /** Likely cause, one sentence. */
  because?: string | undefined;
  /** Commands or actions to take next, most useful first. */
  next?: readonly string[] | undefined;
  /** Last lines of the log that tells why, already free of secrets. */
  logTail?: string | undefined;
  cause?: unknown;
}

/** An expected failure: says what failed, why, and what to do; never shown with a stack trace. */
export class KindboxError extends Error {
  readonly reason: ExitReason;
  readonly because: string | undefined;
  readonly next: readonly string[];
  readonly logTail: string | undefined;

  constructor(message: string, details: KindboxErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KindboxError';
    this.reason = details.reason;
    this.because = details.because;
    this.next = details.next ?? [];
    this.logTail = details.logTail;
  }

  /** The same failure, told with other details. */
  with(details: Partial<KindboxErrorDetails>): KindboxError {
    const { message, reason, because, next, logTail, cause } = this;
    return new KindboxError(message, { reason, because, next, logTail, cause, ...details });
  }

  get exitCode(): number {
    return EXIT_CODES[this.reason];
  }
}

/** The run was cancelled through its AbortSignal; `reason` tells which signal asked for it. */
export class CancelledError extends KindboxError {
  constructor(reason: 'interrupted' | 'terminated' | 'hangup' = 'interrupted') {
    super('Interrupted', { reason });
    this.name = 'CancelledError';
  }
}

/** Throws a CancelledError if `signal` has been aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof KindboxError) throw signal.reason;
  throw new CancelledError();
}
