import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import { asExpectedFailure } from '../../../src/ui/error/classify.js';
import { renderBug, renderFailure } from '../../../src/ui/error/render.js';
import { reportFailure } from '../../../src/ui/error/report.js';
import { painter, wantsColour } from '../../../src/ui/terminal/colour.js';
import { capturedStream, withoutEscapes } from './captured-stream.js';

const FAILURE = new KindboxError('kubeadm init failed on \u001b[2Jdemo-master', {
  reason: 'cluster',
  because: 'The kubelet did not start.',
  next: ['kindbox destroy demo', 'Look at the log above'],
  logTail: 'E1 one\n\u001b]0;title\u0007E2 two\n',
});

const SHOWN = `Error: kubeadm init failed on demo-master
Cause: The kubelet did not start.

Last lines of the log:
  | E1 one
  | E2 two

Try:
  $ kindbox destroy demo
  - Look at the log above
`;

function oclifError(message: string, rest: object = {}): Error {
  return Object.assign(new Error(message), { oclif: { exit: 2 } }, rest);
}

describe('an expected failure', () => {
  test('without colour is plain text', () => {
    expect(renderFailure(FAILURE, painter(false))).toBe(SHOWN);
  });

  test('with colour is the same text', () => {
    const coloured = renderFailure(FAILURE, painter(true));
    expect(coloured).toContain('\u001b[31m');
    expect(withoutEscapes(coloured)).toBe(SHOWN);
    expect(coloured).not.toContain('\u001b[2J');
  });

  test('never has a stack trace; an interruption is not an error', () => {
    expect(renderFailure(FAILURE, painter(false))).not.toMatch(/\n\s+at /);
    expect(renderFailure(new CancelledError(), painter(false))).toBe('Interrupted\n');
  });

  test('under --json is an object on stdout', () => {
    const [stdout, stderr] = [capturedStream(), capturedStream()];
    expect(reportFailure(FAILURE, { stdout, stderr, environment: {}, json: true, version: '1' })).toBe(7);
    expect(stderr.text()).toBe('');
    expect(JSON.parse(stdout.text())).toEqual({
      error: {
        message: FAILURE.message,
        reason: 'cluster',
        because: 'The kubelet did not start.',
        next: FAILURE.next,
        logTail: FAILURE.logTail,
        exitCode: 7,
      },
    });
  });
});

describe('a bug', () => {
  test('shows its stack and says so', () => {
    const text = renderBug(new TypeError('x is not a function'), painter(false), '1.2.3');
    expect(text).toMatch(/^TypeError: x is not a function\n\s+at /);
    expect(text).toMatch(/This is a bug in kindbox 1\.2\.3 \(Node v/);
  });

  test('exits with 1, with an object under --json and the stack on stderr', () => {
    const [stdout, stderr] = [capturedStream(), capturedStream()];
    expect(reportFailure(new TypeError('x'), { stdout, stderr, environment: {}, json: true, version: '1' })).toBe(1);
    expect(JSON.parse(stdout.text())).toMatchObject({ error: { reason: 'unexpected', message: 'x', exitCode: 1 } });
    expect(stderr.text()).toContain('This is a bug in kindbox');
  });
});

describe('what the parser throws', () => {
  const context = { command: 'create', options: ['num-workers', 'net'] };

  test.each([
    [oclifError('Nonexistent flag: --num-worker=2\nSee more help with --help', { flags: ['--num-worker=2'] }), 'Unknown option --num-worker=2', 'Did you mean --num-workers?'],
    [oclifError('Missing 1 required arg:\nNAME  x\nSee more help with --help', { args: [{ name: 'name' }] }), 'Missing argument: NAME', undefined],
    [oclifError('Unexpected argument: b\nSee more help with --help', { args: ['b'] }), 'Unexpected argument: b', undefined],
    [oclifError('Parsing --num-workers \n\tExpected an integer but received: foo\nSee more help with --help'), '--num-workers: Expected an integer but received: foo', undefined],
    [new KindboxError('Parsing --wait \n\t"5x" is not a duration\nSee more help with --help', { reason: 'usage', because: 'A duration ...' }), '--wait: "5x" is not a duration', 'A duration ...'],
  ])('is a usage error with a hint: %s', (error, message, because) => {
    expect(asExpectedFailure(error, context)).toMatchObject({ message, because, reason: 'usage', next: ['kindbox create --help'] });
  });

  test('an aborted call is the interruption that aborted it', () => {
    const signal = AbortSignal.abort(new CancelledError('terminated'));
    const abort = Object.assign(new Error('aborted'), { name: 'AbortError' });
    expect(asExpectedFailure(abort, { signal })?.exitCode).toBe(143);
    expect(asExpectedFailure(abort)).toBeUndefined();
  });
});

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a pipe', {}, {}, false],
  ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, false],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
])('colour on %s', (_what, stream, environment, expected) => {
  expect(wantsColour(capturedStream(stream), environment)).toBe(expected);
});
