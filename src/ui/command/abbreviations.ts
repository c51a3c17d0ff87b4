import { KindboxError } from '../../errors/index.js';

export interface OptionShape {
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly allowNo?: boolean | undefined;
}

export type OptionShapes = Readonly<Record<string, OptionShape>>;

/**
 * Writes abbreviated long options out, as getopt_long reads them: `--num=2` is `--num-workers=2`.
 * Values are never rewritten, nor anything after `--`; unknown options are left to the parser.
 */
export function expandAbbreviations(argv: readonly string[], options: OptionShapes): string[] {
  const expanded: string[] = [];
  let isValue = false;
  for (const [at, word] of argv.entries()) {
    if (isValue) {
      expanded.push(word);
      isValue = false;
    } else if (word === '--') {
      return [...expanded, ...argv.slice(at)];
    } else {
      const full = word.startsWith('--') ? expandLong(word, options) : word;
      isValue = takesNextWord(full, options);
      expanded.push(full);
    }
  }
  return expanded;
}

function expandLong(word: string, options: OptionShapes): string {
  const [, typed = '', assignment = ''] = /^--([^=]*)(=.*)?$/s.exec(word) ?? [];
  const names = longNames(options);
  if (typed === '' || names.has(typed)) return word;
  const matches = [...names.keys()].filter((name) => name.startsWith(typed));
  const meant = new Set(matches.map((name) => names.get(name)));
  if (meant.size > 1) throw ambiguous(typed, matches);
  return matches[0] === undefined ? word : `--${matches[0]}${assignment}`;
}

/** Every long spelling, and the option that it means: two spellings of one option are not ambiguous. */
function longNames(options: OptionShapes): Map<string, string> {
  const names = new Map([['help', 'help']]);
  for (const [name, option] of Object.entries(options)) {
    for (const spelling of [name, ...(option.aliases ?? [])]) {
      names.set(spelling, name);
      if (option.allowNo === true) names.set(`no-${spelling}`, `no-${name}`);
    }
  }
  return names;
}

function takesNextWord(word: string, options: OptionShapes): boolean {
  return Object.entries(options).some(
    ([name, { type, char, aliases = [] }]) =>
      type === 'option' && (word === `-${char}` || [name, ...aliases].some((spelling) => word === `--${spelling}`)),
  );
}

function ambiguous(typed: string, matches: readonly string[]): KindboxError {
  return new KindboxError(`Option --${typed} is ambiguous`, {
    reason: 'usage',
    because: `It could be ${matches.map((name) => `--${name}`).join(' or ')}.`,
  });
}
