import { expandAbbreviations } from '../../../src/ui/command/abbreviations.js';

const OPTIONS = {
  'num-workers': { type: 'option' },
  net: { type: 'option' },
  publish: { type: 'option', char: 'p' },
  progress: { type: 'option' },
  wait: { type: 'option' },
  'wait-all': { type: 'boolean', char: 'w' },
  retain: { type: 'boolean', char: 'r', allowNo: true },
  runtime: { type: 'option', aliases: ['runner'] },
  json: { type: 'boolean' },
} as const;

describe('abbreviations of long options', () => {
  test.each([
    ['a unique prefix', '--num=2 demo', '--num-workers=2 demo'],
    ['the value as a word of its own', '--nu 2 demo', '--num-workers 2 demo'],
    ['a full name that is also a prefix', '--wait 5m --wait-all', '--wait 5m --wait-all'],
    ['a prefix longer than a full name', '--wait- demo', '--wait-all demo'],
    ['a boolean', '--js', '--json'],
    ['a negated boolean', '--no-re', '--no-retain'],
    ['help', '--he', '--help'],
    ['an alias of the same option', '--runn=x', '--runner=x'],
    ['two spellings of one option', '--run=x', '--runtime=x'],
    ['an unknown option', '--unknown=1', '--unknown=1'],
    ['nothing after --', '-- --num=2', '-- --num=2'],
    ['no value of a long option', '--net --num demo', '--net --num demo'],
    ['no value of a short option', '-p --num demo', '-p --num demo'],
    ['no value after an abbreviated option', '--pub --num demo', '--publish --num demo'],
    ['what follows a value', '--net bridge --num 2', '--net bridge --num-workers 2'],
    ['what follows an option with an attached value', '--net=bridge --num 2', '--net=bridge --num-workers 2'],
    ['no value that looks like an assignment', '--net --x=--num', '--net --x=--num'],
    ['no short options', '-w -r', '-w -r'],
    ['a lone dash', '- demo', '- demo'],
  ])('%s', (_what, typed, expected) => {
    expect(expandAbbreviations(typed.split(' '), OPTIONS)).toEqual(expected.split(' '));
  });

  test('keeps the value after = byte for byte', () => {
    expect(expandAbbreviations(['--num=a=b\nc'], OPTIONS)).toEqual(['--num-workers=a=b\nc']);
  });

  test.each([
    ['--n=1', '--num-workers or --net or --no-retain'],
    ['--p', '--publish or --progress'],
    ['--wa=1', '--wait or --wait-all'],
  ])('%s is ambiguous', (word, candidates) => {
    expect(() => expandAbbreviations([word], OPTIONS)).toThrow(
      expect.objectContaining({ reason: 'usage', because: `It could be ${candidates}.` }),
    );
  });
});
