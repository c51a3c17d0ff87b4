import type { ChalkInstance } from 'chalk';
import { CancelledError, type KindboxError } from '../../errors/index.js';
import { sanitize, sanitizeLine } from '../terminal/sanitize.js';
import { inSources } from './positions.js';

/** An expected failure for people: what failed, why, the log that shows it, what to do next. */
export function renderFailure(error: KindboxError, paint: ChalkInstance): string {
  const blocks = [
    headline(error, paint),
    logTail(error.logTail, paint),
    nextSteps(error.next, paint),
  ];
  return `${blocks.filter((block) => block !== undefined).join('\n\n')}\n`;
}

/** Anything else: the stack helps whoever mends it. */
export function renderBug(error: unknown, paint: ChalkInstance, version: string): string {
  const trace = error instanceof Error ? inSources(error.stack ?? error.message) : String(error);
  return `${paint.red(sanitize(trace))}\n\nThis is a bug in kindbox ${version} (Node ${process.version}, ${process.platform}/${process.arch}).\n`;
}

function headline(error: KindboxError, paint: ChalkInstance): string {
  const message = sanitize(error.message).trim();
  const first = error instanceof CancelledError ? paint.yellow(message) : `${paint.red.bold('Error:')} ${message}`;
  if (error.because === undefined) return first;
  const because = sanitize(error.because).trim();
  return `${first}\n${because.endsWith('?') ? because : `${paint.dim('Cause:')} ${because}`}`;
}

function logTail(log: string | undefined, paint: ChalkInstance): string | undefined {
  if (log === undefined || log.trim() === '') return undefined;
  const lines = sanitize(log).trimEnd().split('\n');
  return ['Last lines of the log:', ...lines.map((line) => paint.dim(`  | ${line}`))].join('\n');
}

function nextSteps(steps: readonly string[], paint: ChalkInstance): string | undefined {
  if (steps.length === 0) return undefined;
  return ['Try:', ...steps.map((step) => `  ${renderStep(sanitizeLine(step), paint)}`)].join('\n');
}

/** Commands are told from sentences by how they start. */
function renderStep(step: string, paint: ChalkInstance): string {
  return /^[a-z./][\w./-]*( |$)/.test(step) ? paint.cyan(`$ ${step}`) : `- ${step}`;
}
