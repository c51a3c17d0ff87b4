import { execa } from 'execa';
import { withInput } from '../../../src/shell/here-document.js';
import { shellCommand, shellComment } from '../../../src/shell/words.js';

const HOSTILE = [
  '', 'plain', "a'b", "'", '"', '\\', '\\\\n', '$(exit 9)', '`exit 9`', '${HOME}', '$HOME', '*', '?', '[a-z]', '~', '~root', 'a=~/b', '-n', '--', ';', '&& exit 9', '| cat',
  '> /dev/null', 'a b', ' a ', '\t', 'a\nb', 'exit 9\n', '\n', '#x', '!x', '{a,b}', 'é', '日本', "';exit 9;'", '\u0001', 'EOF', '\r',
];

async function sh(script: string): Promise<string> {
  const { stdout } = await execa('sh', ['-eu'], { input: script, stripFinalNewline: false });
  return stdout;
}

test.each(HOSTILE)('a shell reads the word %j back as it was', async (word) => {
  expect(await sh(`printf '%s\\0' ${shellCommand([word, 'x', word])}`)).toBe([word, 'x', word, ''].join('\0'));
});

test('all of them make one command', async () => {
  expect(await sh(shellCommand(['printf', '%s\\0', ...HOSTILE]))).toBe(`${HOSTILE.join('\0')}\0`);
});

test.each(HOSTILE)('nothing in %j ends a remark', async (text) => {
  const comment = shellComment(`${text}\nexit 9`);
  expect(comment).not.toMatch(/[\n\r]/);
  expect(await sh(`${comment}\necho done`)).toBe('done\n');
});

test('the stdin of a command is the text, whatever is in it', async () => {
  const text = [...HOSTILE, 'EOF', 'EOF_', 'last'].join('\n');
  expect(await sh(withInput('cat', text).join('\n'))).toBe(`${text}\n`);
});

test('of a text with expansions the shell expands nothing else', async () => {
  const text = [...HOSTILE, 'EOF', 'token: STAND-IN', 'last STAND-IN'].join('\n');
  const script = ["value='$(exit 9) $&'", ...withInput('cat', text, { 'STAND-IN': '"$value"' })].join('\n');
  expect(await sh(script)).toBe(`${text.replaceAll('STAND-IN', () => '"$(exit 9) $&"')}\n`);
});
