import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runner } from '../../../.github/actions/kindbox/lib/runner.mjs';
import { LogReader } from '../../support/actions-log.js';
import { keyValues } from '../../support/actions-runner.js';

const HOSTILE = [
  '::set-output name=x::y', '  ::add-path::/tmp', '::error::a\n::set-env name=PATH::/tmp', '%0A::set-env name=A::b', 'x ##[set-env name=A]b', '\r::stop-commands::x',
  'a, b: c=d', '\u2028::warning::w', '::endgroup::', '\u0000::add-mask::x', '::', '##[add-path]/tmp',
];

function listening(environment: Record<string, string> = {}): { runner: Runner; heard: LogReader } {
  const heard = new LogReader();
  // As a runner gets it: lines, whatever the pieces were.
  const runner = new Runner(environment, (text: string) => text.replace(/\n$/, '').split(/\r\n|\r|\n/).forEach((line) => heard.read(line)));
  return { runner, heard };
}

describe('what is said to a runner', () => {
  test.each(HOSTILE)('a line of others is no command: %j', (text) => {
    const { runner, heard } = listening();
    runner.foreign([text]);
    expect(heard.obeyed.filter((name) => name !== 'stop-commands')).toEqual([]);
  });

  test.each(HOSTILE)('nor is one in a group, and what follows the group is obeyed again: %j', async (text) => {
    const { runner, heard } = listening();
    await runner.group(text, async (print) => print(text));
    runner.notice('done');
    expect(heard.obeyed).toEqual(['group', 'stop-commands', 'endgroup', 'notice']);
  });

  test('a group ends when the work in it fails', async () => {
    const { runner, heard } = listening();
    await expect(runner.group('work', async () => { throw new Error('broken'); })).rejects.toThrow('broken');
    runner.notice('done');
    expect(heard.obeyed.slice(-2)).toEqual(['endgroup', 'notice']);
  });

  test.each(HOSTILE)('an annotation arrives as one, with its title: %j', (text) => {
    const { runner, heard } = listening();
    runner.error(text, text.replaceAll(/[\r\n\u2028]/g, ''));
    expect(heard.obeyed).toEqual(['error']);
    const [{ title, message } = { title: '', message: '' }] = heard.annotations;
    const visible = (each = ''): string => each.replace(/[^ -~]+/g, '\n').trim();
    expect([visible(title), visible(message)]).toEqual([visible(text.replaceAll(/[\r\n\u2028]/g, '')), visible(text)]);
  });

  test('escape sequences do not reach the log', () => {
    const { runner, heard } = listening();
    runner.foreign(['\u001b[31mred\u001b[0m \u202eback']);
    expect(heard.lines.join('\n')).toMatch(/^[ -~]*$/);
  });
});

describe('the files of a runner', () => {
  let folder: string;
  let runner: Runner;
  const written = (name: string): string => readFileSync(join(folder, name), 'utf8');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kindbox-unit-'));
    const names = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_PATH'];
    names.forEach((name) => writeFileSync(join(folder, name), ''));
    runner = listening(Object.fromEntries(names.map((name) => [name, join(folder, name)]))).runner;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test.each(['plain', 'two\nlines', 'PATH=/tmp', 'x<<EOF\nEOF\nB=1', ''])('a value sets nothing but itself: %j', (value) => {
    runner.exportVariable('A', value);
    runner.exportVariable('LAST', 'x');
    expect(keyValues(written('GITHUB_ENV'))).toEqual({ A: value, LAST: 'x' });
  });

  test('a folder with a line break is not added to PATH', () => {
    expect(() => runner.addPath('/a\n/b')).toThrow('line break');
    expect(written('GITHUB_PATH')).toBe('');
  });

  test('without a runner, what is missing is named', () => {
    expect(() => listening().runner.setOutput('a', 'b')).toThrow('GITHUB_OUTPUT is not set');
    expect(() => listening({ GITHUB_OUTPUT: '/nowhere/file' }).runner.setOutput('a', 'b')).toThrow('/nowhere/file');
  });
});
