import { CancelledError, KindboxError } from '../../errors/index.js';
import { closest } from '../command/suggest.js';

export interface FailureContext {
  /** `image build`; absent while no command was found. */
  readonly command?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was thrown as an expected failure, or undefined when it is a bug. */
export function asExpectedFailure(error: unknown, context: FailureContext = {}): KindboxError | undefined {
  if (error instanceof KindboxError) return withHelpHint(error, context);
  if (isAbort(error) && context.signal?.aborted === true) {
    return context.signal.reason instanceof KindboxError ? context.signal.reason : new CancelledError();
  }
  return isUsageError(error) ? usageFailure(error, context) : undefined;
}

interface UsageError extends Error {
  /** Names of options that do not exist, with their dashes. */
  readonly flags?: readonly string[];
  /** Arguments that are missing or too many. */
  readonly args?: readonly (string | { readonly name?: string })[];
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CanceledError');
}

/** oclif marks what its parser throws; checking the mark spares the import of its error classes. */
function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && 'oclif' in error && !('code' in error && error.code === 'EEXIT');
}

function usageFailure(error: UsageError, context: FailureContext): KindboxError {
  const { message, option } = withoutParserFraming(error.message);
  return new KindboxError(usageMessage(error, option === undefined ? message : `${option}: ${message}`), {
    reason: 'usage',
    because: suggestion(error, context),
    next: helpHint(context),
    cause: error,
  });
}

function usageMessage(error: UsageError, fallback: string): string {
  const [flag] = error.flags ?? [];
  if (flag !== undefined) return `Unknown option ${error.flags?.join(', ')}`;
  const names = (error.args ?? []).map((arg) => (typeof arg === 'string' ? arg : (arg.name ?? '').toUpperCase()));
  if (names.length === 0) return fallback;
  const missing = error.message.startsWith('Missing');
  return `${missing ? 'Missing' : 'Unexpected'} argument${names.length === 1 ? '' : 's'}: ${names.join(', ')}`;
}

function suggestion(error: UsageError, { options = [] }: FailureContext): string | undefined {
  const [flag] = error.flags ?? [];
  if (flag === undefined) return undefined;
  const meant = closest(flag.replace(/^-+/, '').replace(/=.*$/s, ''), options);
  return meant === undefined ? undefined : `Did you mean --${meant}?`;
}

/** oclif rewrites the message of an error that a flag's own parser throws, ours included. */
function withoutParserFraming(text: string): { message: string; option: string | undefined } {
  const [, option, framed = ''] = /^Parsing (--\S+) *\n\t(.*)$/s.exec(text) ?? [];
  const message = (option === undefined ? text : framed).replaceAll(/\n?See more help with --help/g, '').trim();
  return { message, option };
}

function withHelpHint(error: KindboxError, context: FailureContext): KindboxError {
  const { message, option } = withoutParserFraming(error.message);
  if (option === undefined && (error.reason !== 'usage' || error.next.length > 0)) return error;
  return new KindboxError(option === undefined ? message : `${option}: ${message}`, {
    reason: error.reason,
    because: error.because,
    next: error.next.length > 0 ? error.next : helpHint(context),
    logTail: error.logTail,
    cause: error,
  });
}

function helpHint({ command }: FailureContext): string[] {
  return [command === undefined ? 'kindbox --help' : `kindbox ${command} --help`];
}
