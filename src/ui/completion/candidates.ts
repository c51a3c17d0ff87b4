import { CNI_NAMES } from '../../cni/names.js';

/** What completing needs to know of a command; a part of oclif's manifest. */
export interface CompletableCommand {
  readonly summary?: string;
  readonly hidden?: boolean;
  readonly args: Readonly<Record<string, { readonly options?: readonly string[]; readonly multiple?: boolean }>>;
  readonly flags: Readonly<Record<string, CompletableFlag>>;
}

export interface CompletableFlag {
  readonly type: 'boolean' | 'option';
  readonly char?: string;
  readonly description?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly hidden?: boolean;
  readonly allowNo?: boolean;
}

export interface Candidate {
  readonly word: string;
  readonly description?: string | undefined;
}

/** What a word may be that only Docker, or the shell, knows. */
export type Wanted = 'clusters' | 'nodes' | 'files';

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly wanted: readonly Wanted[];
}

/** Flags whose values are paths. */
const FILE_FLAGS = new Set(['config', 'archive', 'output', 'cni']);
const NOTHING: Completion = { candidates: [], wanted: [] };

/**
 * What may stand in place of the last of `words`, which may be empty; the words before it are complete.
 * Commands are known by their ids, such as `kubeconfig:get`.
 */
export function complete(words: readonly string[], commands: Readonly<Record<string, CompletableCommand>>): Completion {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const plain = before.filter((word) => !word.startsWith('-'));
  const id = commandOf(before, commands);
  const found = id === undefined ? undefined : commands[id];
  if (id === undefined || found === undefined) return commandWords(plain, current, commands);
  const rest = before.slice(id.split(':').length);
  const ended = rest.includes('--');
  const valueOf = ended ? undefined : flagAwaitingValue(rest, found);
  if (valueOf !== undefined) return valuesOf(valueOf, found, current, '');
  const [, inline] = /^(--[a-z0-9-]+)=/.exec(current) ?? [];
  if (!ended && inline !== undefined) return valuesOf(inline.slice(2), found, current, `${inline}=`);
  if (!ended && current.startsWith('-')) return starting(current, flagWords(found, rest));
  return argumentsOf(found, positions(rest, found), current);
}

function commandOf(before: readonly string[], commands: Readonly<Record<string, CompletableCommand>>): string | undefined {
  for (let length = Math.min(3, before.length); length > 0; length -= 1) {
    const id = before.slice(0, length).join(':');
    if (Object.hasOwn(commands, id)) return id;
  }
  return undefined;
}

function commandWords(typed: readonly string[], current: string, commands: Readonly<Record<string, CompletableCommand>>): Completion {
  const prefix = typed.map((word) => `${word}:`).join('');
  const next = new Map<string, string | undefined>();
  for (const [id, { summary, hidden }] of Object.entries(commands)) {
    if (hidden === true || !id.startsWith(prefix)) continue;
    const [word = '', ...more] = id.slice(prefix.length).split(':');
    if (more.length === 0 || !next.has(word)) next.set(word, more.length === 0 ? summary : undefined);
  }
  return starting(current, [...next].map(([word, description]) => ({ word, description })));
}

/** The flag that the last complete word leaves without its value. */
function flagAwaitingValue(rest: readonly string[], { flags }: CompletableCommand): string | undefined {
  const last = rest.at(-1) ?? '';
  const name = last.startsWith('--') ? last.slice(2) : /^-[a-z]$/i.test(last) ? nameOfChar(last.slice(1), flags) : undefined;
  return name !== undefined && flags[name]?.type === 'option' ? name : undefined;
}

function nameOfChar(char: string, flags: CompletableCommand['flags']): string | undefined {
  return Object.entries(flags).find(([, flag]) => flag.char === char)?.[0];
}

function valuesOf(name: string, { flags }: CompletableCommand, current: string, prefix: string): Completion {
  const { options = name === 'cni' ? CNI_NAMES : [] } = flags[name] ?? {};
  const { candidates } = starting(current, options.map((option) => ({ word: `${prefix}${option}` })));
  return { candidates, wanted: FILE_FLAGS.has(name) ? ['files'] : name === 'cluster' ? ['clusters'] : [] };
}

function flagWords({ flags }: CompletableCommand, rest: readonly string[]): Candidate[] {
  return Object.entries(flags)
    .filter(([name, flag]) => flag.hidden !== true && (flag.multiple === true || !rest.includes(`--${name}`)))
    .flatMap(([name, { description, allowNo }]) => [{ word: `--${name}`, description }, ...(allowNo === true ? [{ word: `--no-${name}`, description }] : [])]);
}

/** How many of the complete words are arguments. */
function positions(rest: readonly string[], command: CompletableCommand): number {
  return rest.filter((word, at) => !word.startsWith('-') && flagAwaitingValue(rest.slice(0, at), command) === undefined).length;
}

function argumentsOf({ args }: CompletableCommand, taken: number, current: string): Completion {
  const entries = Object.entries(args);
  const at = entries[taken] ?? (entries.at(-1)?.[1].multiple === true ? entries.at(-1) : undefined);
  if (at === undefined) return NOTHING;
  const [name, { options = [] }] = at;
  const { candidates } = starting(current, options.map((word) => ({ word })));
  const wanted: Wanted[] = name === 'name' ? ['clusters'] : name === 'node' ? ['nodes'] : name === 'file' || name === 'archive' ? ['files'] : [];
  return { candidates, wanted };
}

function starting(current: string, candidates: readonly Candidate[]): Completion {
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), wanted: [] };
}
