import { KindboxError } from '../errors/index.js';

/** Of a line of the user's file. Line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Names of fields and indices of lists, from the document's root. */
export type Path = readonly (string | number)[];

/** Something that is wrong with the user's file: what was found, and what is allowed. */
export interface Problem extends Position {
  readonly message: string;
}

/** More than these would be of no use. */
const MOST_SHOWN = 20;

/** All that is wrong at once, in the order of the lines. */
export function configError(file: string, problems: readonly Problem[]): KindboxError {
  const lines = [...new Set([...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`))];
  const [only = ''] = lines;
  const shown = lines.slice(0, MOST_SHOWN).map((line) => `  ${line}`);
  if (lines.length > MOST_SHOWN) shown.push(`  and ${lines.length - MOST_SHOWN} more`);
  return new KindboxError(lines.length === 1 ? only : [`${file} has ${lines.length} errors`, ...shown].join('\n'), { reason: 'usage' });
}

/** `workers[1].labels`. */
export function fieldName(path: Path): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`)).join('');
}
