import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../../src', import.meta.url));
const STATIC_IMPORT = /^(?:import|export)\s(?!type\b)[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;

/** Packages that are loaded with a module, by way of whatever it imports at once. */
function packagesBehind(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const queue = [resolve(src, entry)];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, from, bare] of readFileSync(file, 'utf8').matchAll(STATIC_IMPORT)) {
      const target = from ?? bare ?? '';
      if (target.startsWith('.')) queue.push(resolve(dirname(file), target.replace(/\.js$/, '.ts')));
      else packages.add(target);
    }
  }
  return packages;
}

test('only who gives a file waits for what reads it', () => {
  const engine = packagesBehind('index.ts');
  expect([...engine].filter((name) => ['zod', 'smol-toml'].includes(name))).toEqual([]);
  // The check itself sees packages.
  expect(engine).toContain('yaml');
  for (const entry of ['ui/main.ts', 'ui/index.ts', 'ui/help.ts']) {
    expect([...packagesBehind(entry)].filter((name) => ['zod', 'smol-toml', 'yaml'].includes(name))).toEqual([]);
  }
  expect(packagesBehind(join('config', 'load.ts'))).toContain('zod');
});
