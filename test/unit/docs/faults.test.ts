import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Row {
  readonly number: number;
  readonly fault: string;
  readonly proofs: readonly { readonly file: string; readonly title: string }[];
  readonly gap: string;
}

const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const rows = rowsOf(readFileSync(root('docs/faults.md'), 'utf8'));

test('every one of the 43 faults has its row, once', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
});

test('a fault is proven, or it is told why it is not', () => {
  expect(rows.filter(({ proofs, gap }) => proofs.length === 0 && gap === '')).toEqual([]);
});

test('the tests that it names exist, with these words', () => {
  const missing = rows.flatMap(({ number, proofs }) => proofs.filter(({ file, title }) => !has(file, title)).map(({ file, title }) => `${number}: ${file} "${title}"`));
  expect(missing).toEqual([]);
});

function has(file: string, title: string): boolean {
  // A title may be quoted in its source.
  return existsSync(root(file)) && readFileSync(root(file), 'utf8').replaceAll("\\'", "'").includes(title);
}

function rowsOf(markdown: string): Row[] {
  return markdown.split('\n').filter((line) => /^\| \d/.test(line)).map((line) => {
    const [, number = '', fault = '', proof = '', gap = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const proofs = proof.split('<br>').filter((text) => text !== '').map((text) => {
      const [, file = '', title = ''] = /^`([^`]+)` "(.+)"$/.exec(text) ?? [];
      return { file, title };
    });
    return { number: Number(number), fault, proofs, gap };
  });
}
