import { KindboxError } from './kindbox-error.js';

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same, followed by the end of the log that came with the error. */
export function messageWithLog(error: unknown): string {
  const log = error instanceof KindboxError && error.logTail !== undefined ? `\n${error.logTail}` : '';
  return `${messageOf(error)}${log}`;
}
