import type { Path } from './problems.js';

export function valueAtPath(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, step) => (typeof here === 'object' && here !== null && Object.hasOwn(here, step) ? (here as Record<string | number, unknown>)[step] : undefined), value);
}
