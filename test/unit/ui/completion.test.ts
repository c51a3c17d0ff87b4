import { complete, type CompletableCommand } from '../../../src/ui/completion/candidates.js';

const flags: CompletableCommand['flags'] = {
  'json': { type: 'boolean' },
  'num-workers': { type: 'option', description: 'Number of workers' },
  'publish': { type: 'option', char: 'p' },
  'kubeconfig': { type: 'option', options: ['separate', 'merge', 'none'] },
  'label': { type: 'option', multiple: true },
  'switch-context': { type: 'boolean', allowNo: true },
  'secret': { type: 'boolean', hidden: true },
  'config': { type: 'option' },
};
const commands: Record<string, CompletableCommand> = {
  'create': { summary: 'Create a cluster', args: { name: {} }, flags },
  'destroy': { summary: 'Destroy clusters', args: { name: { multiple: true } }, flags: {} },
  'complete': { hidden: true, args: {}, flags: {} },
  'completion': { summary: 'Print a script', args: { shell: { options: ['bash', 'zsh', 'fish'] } }, flags: {} },
  'node:remove': { summary: 'Remove', args: { node: {} }, flags: {} },
  'node:add': { summary: 'Add', args: { name: {} }, flags },
};
const wordsFor = (...words: string[]): string[] => complete(words, commands).candidates.map(({ word }) => word);
const wantedFor = (...words: string[]): readonly string[] => complete(words, commands).wanted;

test('commands, topics once, hidden ones never', () => {
  expect(wordsFor('')).toEqual(['create', 'destroy', 'completion', 'node']);
  expect(wordsFor('c')).toEqual(['create', 'completion']);
  expect(wordsFor('node', '')).toEqual(['remove', 'add']);
  expect(complete(['cr'], commands).candidates[0]?.description).toBe('Create a cluster');
});

test('what is no command completes nothing', () => {
  expect(complete(['nonsense', ''], commands)).toEqual({ candidates: [], wanted: [] });
});

test('options that may still be given', () => {
  expect(wordsFor('create', '--')).toEqual(['--json', '--num-workers', '--publish', '--kubeconfig', '--label', '--switch-context', '--no-switch-context', '--config']);
  expect(wordsFor('create', '--json', '--label', 'a=b', '--')).not.toContain('--json');
  expect(wordsFor('create', '--label', 'a=b', '--l')).toEqual(['--label']);
});

test('values of an option, behind a space and behind an equals sign', () => {
  expect(wordsFor('create', '--kubeconfig', '')).toEqual(['separate', 'merge', 'none']);
  expect(wordsFor('create', '--kubeconfig=m')).toEqual(['--kubeconfig=merge']);
  expect(wantedFor('create', '--config', '')).toEqual(['files']);
});

test('names are wanted where an argument stands, and not where a value does', () => {
  expect(wantedFor('create', '')).toEqual(['clusters']);
  expect(wantedFor('create', '-p', '')).toEqual([]);
  expect(wantedFor('create', '-p', '6443', '')).toEqual(['clusters']);
  expect(wantedFor('create', 'demo', '')).toEqual([]);
  expect(wantedFor('destroy', 'a', 'b', '')).toEqual(['clusters']);
  expect(wantedFor('node', 'remove', '')).toEqual(['nodes']);
  expect(wordsFor('completion', 'z')).toEqual(['zsh']);
});

test('behind -- there are no options', () => {
  expect(wordsFor('create', '--', '--')).toEqual([]);
  expect(wantedFor('create', '--', '')).toEqual(['clusters']);
});
