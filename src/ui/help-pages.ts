import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The help of a command or topic, as it was rendered when kindbox was built; no words ask for the first page. */
export function helpPage(root: string, words: readonly string[]): string {
  const pages = JSON.parse(readFileSync(join(root, 'dist', 'help.json'), 'utf8')) as Readonly<Record<string, string>>;
  const page = pages[words.join(' ')];
  if (page === undefined) throw new Error(`no help for "${words.join(' ')}"`);
  return page;
}
