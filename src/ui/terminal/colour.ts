import { Chalk, type ChalkInstance } from 'chalk';
import type { OutputStream, Environment } from './streams.js';

/** One decision for all that is printed: chalk ignores NO_COLOR, listr2 looks at stdout only. */
export function wantsColour(stream: OutputStream, environment: Environment): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

export function painter(coloured: boolean): ChalkInstance {
  return new Chalk({ level: coloured ? 1 : 0 });
}
