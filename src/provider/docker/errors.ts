import { KindboxError, messageOf } from '../../errors/index.js';
import { explainConnection } from './connection-errors.js';
import { DAEMON_RULES } from './daemon-errors.js';
import type { Endpoint } from './endpoint.js';

/** What dockerode rejects with when the daemon answered, but not as wished. */
export interface DaemonFailure extends Error {
  readonly statusCode: number;
}

export function isDaemonFailure(error: unknown): error is DaemonFailure {
  return error instanceof Error && typeof (error as Partial<DaemonFailure>).statusCode === 'number';
}

export function statusOf(error: unknown): number | undefined {
  if (isDaemonFailure(error)) return error.statusCode;
  return error instanceof KindboxError && isDaemonFailure(error.cause) ? error.cause.statusCode : undefined;
}

/** For a call's `catch`: a daemon that answers one of these is as good as one that does as asked. */
export function tolerating(...statuses: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  };
}

const CUT = new Set<unknown>(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_NOT_DOCKER']);
/** What gateways and proxies answer when they lost, or cannot reach, what is behind them. */
const GATEWAY_STATUSES = new Set<unknown>([502, 503, 504]);

/** Whether a call may have been carried out or not: its answer was lost, or is not the daemon's. Asking again can help. */
export function isTransient(error: unknown): boolean {
  const raw = error instanceof KindboxError ? error.cause : error;
  return CUT.has((raw as { code?: unknown } | null | undefined)?.code) || GATEWAY_STATUSES.has(statusOf(raw));
}

/** The daemon's own words, without what dockerode puts around them. */
export function daemonMessage(error: unknown): string {
  const raw = error instanceof KindboxError && error.cause !== undefined ? error.cause : error;
  if (!isDaemonFailure(raw)) return messageOf(raw);
  const body = (raw as { json?: unknown }).json;
  const message = typeof body === 'object' && body !== null ? (body as { message?: unknown }).message : undefined;
  if (typeof message === 'string' && message) return message.trim();
  return raw.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
}

/**
 * Turns whatever a call of the API rejected with into a KindboxError that begins with `failing`
 * (`Cannot create node x`). Bugs (TypeError and the like) come back as they are.
 */
export function explainFailure(error: unknown, failing: string, endpoint: Endpoint): unknown {
  if (error instanceof KindboxError) return error;
  if (isDaemonFailure(error)) return explainDaemonMessage(daemonMessage(error), failing, error);
  return explainConnection(error, endpoint) ?? error;
}

/** The same for errors that the daemon reports inside a progress stream. */
export function explainDaemonMessage(message: string, failing: string, cause?: unknown): KindboxError {
  for (const rule of DAEMON_RULES) {
    const match = rule.pattern.exec(message);
    if (!match) continue;
    const told = rule.explain(match);
    return new KindboxError(`${failing}: ${told.what}`, { reason: rule.reason, because: told.because, next: told.next, cause });
  }
  return new KindboxError(`${failing}: ${firstLine(message)}`, {
    reason: 'host',
    because: 'The Docker daemon reported this error.',
    next: ['docker info', 'journalctl --unit docker --since -10min'],
    cause,
  });
}

function firstLine(message: string): string {
  return message.trim().split('\n', 1)[0] || 'the daemon gave no reason';
}
