import { KindboxError } from '../../errors/index.js';

/** The command line makes no sense as a whole; the hint to --help is added where it is shown. */
export function usageError(message: string, because?: string): KindboxError {
  return new KindboxError(message, { reason: 'usage', because });
}
