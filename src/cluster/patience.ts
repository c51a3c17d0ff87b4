import { CREATE_DEFAULTS } from './defaults.js';

/**
 * How much longer than usual what is not a wait of --wait itself may take: a user who asks for waits longer than the default
 * has a slow machine. At least 1.
 */
export function patience(waitMs: number): number {
  return Math.max(1, waitMs / CREATE_DEFAULTS.waitMs);
}
