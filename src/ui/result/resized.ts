import type { ResizeResult } from '../../cluster/options.js';

export function resizedText({ added, removed }: ResizeResult): string {
  const changes = [countOf(added, 'added'), countOf(removed, 'removed')].filter((change) => change !== undefined);
  return `Done (${changes.length === 0 ? 'nothing to do' : changes.join(', ')})`;
}

function countOf(nodes: readonly string[], change: string): string | undefined {
  return nodes.length === 0 ? undefined : `${nodes.length} node${nodes.length === 1 ? '' : 's'} ${change}`;
}
