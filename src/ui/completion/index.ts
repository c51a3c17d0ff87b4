import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterSummary } from '../../cluster/options.js';
import { sanitize } from '../terminal/sanitize.js';
import { complete, type CompletableCommand, type Wanted } from './candidates.js';

export { completionScript, SHELLS, type Shell } from './scripts.js';

/** Bash puts what it is given into the command line as it is: `$(...)` in a label of somebody's container would be run. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The lines that the shells' scripts read. `clusters` is asked only if a name of one may follow; what fails completes nothing. */
export async function completionLines(root: string, words: readonly string[], clusters: () => Promise<readonly ClusterSummary[]>): Promise<string[]> {
  const { commands } = JSON.parse(await readFile(join(root, 'oclif.manifest.json'), 'utf8')) as { commands: Record<string, CompletableCommand> };
  const { candidates, wanted } = complete(words, commands);
  const known = wanted.some((each) => each !== 'files') ? await clusters().catch(() => []) : [];
  const names = wanted.flatMap((each) => namesOf(each, known)).filter((name) => name.startsWith(words.at(-1) ?? ''));
  return [
    ...candidates.map(({ word, description }) => (description === undefined ? word : `${word}\t${sanitize(description).replaceAll(/\s+/g, ' ')}`)),
    ...names.filter((name) => PLAIN_NAME.test(name)),
    ...(wanted.includes('files') ? [':files'] : []),
  ];
}

function namesOf(wanted: Wanted, clusters: readonly ClusterSummary[]): string[] {
  if (wanted === 'clusters') return clusters.map(({ name }) => name);
  return wanted === 'nodes' ? clusters.flatMap(({ nodes }) => nodes.map(({ name }) => name)) : [];
}
