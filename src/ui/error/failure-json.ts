import { EXIT_CODES, type KindboxError } from '../../errors/index.js';

export interface FailureJson {
  readonly error: {
    readonly message: string;
    readonly reason: string;
    readonly because: string | null;
    readonly next: readonly string[];
    readonly logTail: string | null;
    readonly exitCode: number;
  };
}

export function failureJson(error: KindboxError): FailureJson {
  const { message, reason, because = null, next, logTail = null, exitCode } = error;
  return { error: { message, reason, because, next, logTail, exitCode } };
}

export function bugJson(error: unknown): FailureJson {
  return {
    error: {
      message: error instanceof Error ? error.message : String(error),
      reason: 'unexpected',
      because: 'This is a bug in kindbox.',
      next: [],
      logTail: null,
      exitCode: EXIT_CODES.unexpected,
    },
  };
}
