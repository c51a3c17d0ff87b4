import { EXIT_CODES } from '../../errors/index.js';
import { painter, wantsColour } from '../terminal/colour.js';
import { escapeJson } from '../terminal/sanitize.js';
import type { Environment, OutputStream } from '../terminal/streams.js';
import { asExpectedFailure, type FailureContext } from './classify.js';
import { bugJson, failureJson } from './failure-json.js';
import { renderBug, renderFailure } from './render.js';

export interface ReportTarget {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Environment;
  readonly json: boolean;
  readonly version: string;
}

/** Shows a failure where its reader looks for it, and tells the exit code of the process. */
export function reportFailure(error: unknown, target: ReportTarget, context: FailureContext = {}): number {
  const expected = asExpectedFailure(error, context);
  const paint = painter(wantsColour(target.stderr, target.environment));
  if (expected === undefined) target.stderr.write(renderBug(error, paint, target.version));
  else if (!target.json) target.stderr.write(renderFailure(expected, paint));
  if (target.json) {
    const shown = expected === undefined ? bugJson(error) : failureJson(expected);
    target.stdout.write(`${escapeJson(JSON.stringify(shown, null, 2))}\n`);
  }
  return expected?.exitCode ?? EXIT_CODES.unexpected;
}
