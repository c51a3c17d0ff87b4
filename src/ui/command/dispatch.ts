import { KindboxError } from '../../errors/index.js';
import { closest } from './suggest.js';

export type Route =
  | { readonly kind: 'command'; readonly id: string; readonly argv: string[] }
  | { readonly kind: 'help'; readonly subject: string[] }
  | { readonly kind: 'version' };

export interface KnownCommands {
  /** `kubeconfig:get`, aliases included. */
  readonly ids: readonly string[];
  readonly topics: readonly string[];
}

/** oclif's own dispatcher takes the words after a command without arguments for a longer command's name. */
export function route(argv: readonly string[], known: KnownCommands): Route {
  const [first] = argv;
  if (first === '--version' || first === '-V') return { kind: 'version' };
  if (first === 'help') return { kind: 'help', subject: subjectOf(argv.slice(1), known) };
  if (first === undefined || asksForHelp(argv)) return { kind: 'help', subject: subjectOf(argv, known) };
  const words = commandWords(argv, known);
  if (words > 0) return { kind: 'command', id: argv.slice(0, words).join(':'), argv: argv.slice(words) };
  if (argv.length === 1 && known.topics.includes(first)) return { kind: 'help', subject: [first] };
  throw unknownCommand(argv, known);
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

/** How many leading words name a command; the longest name wins. */
function commandWords(argv: readonly string[], known: KnownCommands): number {
  const depth = Math.max(0, ...known.ids.map((id) => id.split(':').length));
  for (let words = Math.min(depth, argv.length); words > 0; words -= 1) {
    if (known.ids.includes(argv.slice(0, words).join(':'))) return words;
  }
  return 0;
}

function subjectOf(argv: readonly string[], known: KnownCommands): string[] {
  const words = argv.filter((word) => !word.startsWith('-'));
  const named = commandWords(words, known);
  if (named > 0) return words.slice(0, named);
  const [first] = words;
  if (first === undefined) return [];
  if (known.topics.includes(first)) return [first];
  throw unknownCommand(words, known);
}

function unknownCommand(argv: readonly string[], known: KnownCommands): KindboxError {
  const [first = '', second] = argv;
  if (first.startsWith('-')) {
    return new KindboxError(`Option ${first} without a command`, {
      reason: 'usage',
      because: 'Options come after the command that they belong to.',
      next: ['kindbox --help'],
    });
  }
  const typed = known.topics.includes(first) && second !== undefined ? `${first} ${second}` : first;
  const meant = closest(typed, known.ids.map((id) => id.replaceAll(':', ' ')));
  return new KindboxError(`There is no command "${typed}"`, {
    reason: 'usage',
    because: meant === undefined ? undefined : `Did you mean "kindbox ${meant}"?`,
    next: ['kindbox --help'],
  });
}
