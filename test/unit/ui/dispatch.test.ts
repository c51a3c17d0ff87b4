import { route } from '../../../src/ui/command/dispatch.js';

const KNOWN = {
  ids: ['create', 'list', 'ls', 'version', 'kubeconfig:get', 'kubeconfig:path', 'get:kubeconfig'],
  topics: ['create', 'list', 'version', 'kubeconfig', 'kubeconfig:get', 'kubeconfig:path'],
};

describe('dispatch', () => {
  test.each([
    ['create --num-workers=2 demo', 'create', ['--num-workers=2', 'demo']],
    ['list foo', 'list', ['foo']],
    ['kubeconfig get demo', 'kubeconfig:get', ['demo']],
    ['get kubeconfig demo', 'get:kubeconfig', ['demo']],
    ['create -- --help', 'create', ['--', '--help']],
  ])('%s', (line, id, argv) => {
    expect(route(line.split(' '), KNOWN)).toEqual({ kind: 'command', id, argv });
  });

  test.each([
    ['', []],
    ['--help', []],
    ['-h', []],
    ['help', []],
    ['help create', ['create']],
    ['create demo --help', ['create']],
    ['kubeconfig', ['kubeconfig']],
    ['kubeconfig --help', ['kubeconfig']],
    ['help kubeconfig get', ['kubeconfig', 'get']],
  ])('"%s" shows help', (line, subject) => {
    expect(route(line.split(' ').filter(Boolean), KNOWN)).toEqual({ kind: 'help', subject });
  });

  test('--version', () => {
    expect(route(['--version'], KNOWN)).toEqual({ kind: 'version' });
  });

  test.each([
    ['lst', 'There is no command "lst"', 'Did you mean "kindbox list"?'],
    ['kubeconfig gte demo', 'There is no command "kubeconfig gte"', 'Did you mean "kindbox kubeconfig get"?'],
    ['frobnicate', 'There is no command "frobnicate"', undefined],
    ['help frobnicate', 'There is no command "frobnicate"', undefined],
    ['--json list', 'Option --json without a command', 'Options come after the command that they belong to.'],
  ])('%s is a usage error', (line, message, because) => {
    expect(() => route(line.split(' '), KNOWN)).toThrow(expect.objectContaining({ message, because, reason: 'usage', exitCode: 2 }));
  });
});
