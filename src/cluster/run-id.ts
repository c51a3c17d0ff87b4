import { randomBytes } from 'node:crypto';

/** Identifies what one create or resize made. */
export function newRunId(): string {
  return randomBytes(8).toString('hex');
}
