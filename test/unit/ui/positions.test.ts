import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inSources } from '../../../src/ui/error/positions.js';

const root = mkdtempSync(join(tmpdir(), 'kindbox-positions-'));
afterAll(() => rmSync(root, { recursive: true }));

test('a stack names places in the sources, not in the bundle', () => {
  mkdirSync(join(root, 'dist/cli'), { recursive: true });
  const bundle = join(root, 'dist/cli/main.cjs');
  // Column 4 of the bundle's first line is line 3, column 2 of the source.
  writeFileSync(`${bundle}.map`, JSON.stringify({ version: 3, sources: ['../../src/engine.ts'], names: [], mappings: 'IAEC' }));
  const stack = (place: string): string => `Error: no\n    at create (${place})\n    at node:internal/timers:10:3`;
  expect(inSources(stack(`${bundle}:1:7`))).toBe(stack('src/engine.ts:3:2'));
  expect(inSources(stack(`${join(root, 'other.cjs')}:1:7`))).toBe(stack(`${join(root, 'other.cjs')}:1:7`));
});
