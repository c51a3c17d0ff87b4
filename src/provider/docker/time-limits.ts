import { KindboxError } from '../../errors/index.js';
import type { Environment } from './docker-config.js';
import type { Endpoint } from './endpoint.js';

const VARIABLE = 'KINDBOX_DOCKER_TIMEOUT';
const DEFAULT_SECONDS = 30;
/** What makes or removes something takes longer than what only looks. */
const CHANGE_FACTOR = 4;

/** Milliseconds before each further attempt at a call whose answer was lost. */
export const REPEAT_PAUSES: readonly number[] = [100, 400];

/** Milliseconds that a daemon may take for one call. A daemon that works answers most within one. */
export interface TimeLimits {
  readonly look: number;
  readonly change: number;
}

/** @throws KindboxError usage when the variable is not a number of seconds. */
export function timeLimits(environment: Environment): TimeLimits {
  const wish = environment[VARIABLE];
  const seconds = wish === undefined || wish === '' ? DEFAULT_SECONDS : Number(wish);
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new KindboxError(`${VARIABLE} is not a number of seconds`, { reason: 'usage', next: [`export ${VARIABLE}=${DEFAULT_SECONDS}`] });
  }
  return { look: seconds * 1000, change: seconds * 1000 * CHANGE_FACTOR };
}

export function silent(endpoint: Endpoint, call: string, limit: number, cause?: unknown): KindboxError {
  return new KindboxError(`Docker at ${endpoint.url} does not answer`, {
    reason: 'host',
    because: `It accepted ${call}, but said nothing for ${limit / 1000} seconds.`,
    next: ['docker info', 'sudo systemctl restart docker', 'journalctl --unit docker --since -10min', `Set ${VARIABLE} to more than ${DEFAULT_SECONDS} (seconds) if this machine is only slow`],
    cause,
  });
}
