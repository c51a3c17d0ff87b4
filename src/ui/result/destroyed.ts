import type { DestroyResult } from '../../cluster/options.js';

/** Destroying what is not there succeeds, but whoever mistyped a name should see it. */
export function destroyedText({ absent, destroyed }: DestroyResult): string {
  const missing = absent.map((name) => `There is no cluster "${name}".`);
  return [...missing, destroyed.length === 0 && missing.length > 0 ? 'Nothing to do.' : 'Done.'].join('\n');
}
