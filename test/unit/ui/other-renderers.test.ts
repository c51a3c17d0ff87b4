import { JsonRenderer } from '../../../src/ui/progress/json.js';
import { QuietRenderer } from '../../../src/ui/progress/quiet.js';
import { createRenderer, resolveMode } from '../../../src/ui/progress/select.js';
import { capturedStream } from './captured-stream.js';
import { CREATE_EVENTS, note, step } from './events.js';

test('json: every event, one a line, with no control character', () => {
  const stream = capturedStream();
  const renderer = new JsonRenderer(stream);
  const hostile = note('info', 'a\u001b[2J\u009b1m\nb');
  for (const event of [...CREATE_EVENTS, hostile]) renderer.handle(event);
  const lines = stream.text().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([...CREATE_EVENTS, hostile]);
  expect(stream.text().replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/); // eslint-disable-line no-control-regex
});

test('quiet: warnings and failed steps only', () => {
  const stream = capturedStream();
  const renderer = new QuietRenderer(stream);
  const failed = step('join', 'Joining w-0', 'failed', { parentId: 'g', detail: 'no route' });
  for (const event of [...CREATE_EVENTS, note('info', 'one'), note('warning', 'two'), failed]) renderer.handle(event);
  expect(stream.text()).toBe('Warning: two\n! Joining w-0: no route\n');
});

describe('--progress auto', () => {
  const terminal = capturedStream({ isTTY: true, columns: 80 });

  test.each([
    ['a terminal', terminal, {}, 'tty'],
    ['a pipe', capturedStream(), {}, 'plain'],
    ['a CI runner', terminal, { CI: 'true' }, 'plain'],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, 'plain'],
    ['a terminal without a width', capturedStream({ isTTY: true, columns: 0 }), {}, 'plain'],
  ] as const)('%s', (_what, stream, environment, expected) => {
    expect(resolveMode('auto', stream, environment)).toBe(expected);
  });

  test('an explicit mode wins', async () => {
    expect(resolveMode('json', terminal, {})).toBe('json');
    expect(await createRenderer({ progress: 'quiet' }, terminal, {})).toBeInstanceOf(QuietRenderer);
  });
});
