import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import type { Status } from './types.js';

/** Seconds. Servers ask for one or two; a timer of weeks would end at once. */
const LONGEST_WAIT = 60;

/** The API server answered, and refused. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Kubernetes' own word for it: NotFound, AlreadyExists, TooManyRequests. */
  readonly reason: string;
  readonly causes: readonly { readonly reason?: string; readonly message?: string }[];
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, more: { causes?: ApiError['causes'] | undefined; retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.causes = more.causes ?? [];
    this.retryAfterMs = more.retryAfterMs;
  }

  static of(status: number, body: unknown, retryAfter?: string): ApiError {
    const told = isStatus(body) ? body : undefined;
    const message = told?.message?.slice(0, 2000) ?? (typeof body === 'string' && body !== '' ? body.trim().slice(0, 2000) : `HTTP status ${status}`);
    const seconds = Number(retryAfter ?? told?.details?.retryAfterSeconds ?? Number.NaN);
    return new ApiError(status, told?.reason ?? 'Unknown', message, {
      causes: told?.details?.causes,
      retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, LONGEST_WAIT) * 1000 : undefined,
    });
  }
}

/** The connection went away, or never came to be. */
export class ConnectionLost extends Error {
  /** Whether the server may have acted upon the request already. */
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ConnectionLost';
    this.sent = sent;
  }
}

export class ApiUnreachable extends KindboxError {
  constructor(lost: ConnectionLost) {
    super('The API server of the cluster cannot be reached', {
      reason: 'cluster',
      because: lost.message,
      next: ['kindbox list'],
      cause: lost,
    });
    this.name = 'ApiUnreachable';
  }
}

export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
}

/** Hands over undefined in place of "no such object". */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** A refusal as it is shown where nothing better is known of it, as no bug of kindbox; anything else as it is. */
export function explainRefusal(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new KindboxError(`The API server refused a request (${error.status} ${printable(error.reason)})`, {
    reason: 'cluster', because: error.message, next: ['kindbox list'], cause: error,
  });
}
