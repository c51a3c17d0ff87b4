import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { StandingCommand } from '../../../src/nodes/standing-command.js';
import type { ExecOptions, ExecResult, NodeExit } from '../../../src/provider/types.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const SCRIPTS = join(import.meta.dirname, '../../../images/k8s-node/rootfs/usr/local/lib/kindbox');
const node = observedNode('demo', 'worker', 0);
const SECONDS = '7';

/** A node whose programs run here. */
class LocalProvider extends FakeProvider {
  stop: (exit: NodeExit) => void = () => undefined;
  readonly #stopped = new Promise<NodeExit>((resolve) => { this.stop = resolve; });

  override async exec(_nodeId: string, [program = '', ...argv]: readonly string[], { signal, stdin, onLine }: ExecOptions): Promise<ExecResult> {
    const running = execa(program.replace('/usr/local/lib/kindbox', SCRIPTS), argv, { reject: false, cancelSignal: signal, stdin: 'pipe' });
    (stdin as Readable).pipe(running.stdin);
    for (const stream of ['stdout', 'stderr'] as const) createInterface(running[stream]).on('line', (line) => onLine?.(line, stream));
    const { exitCode = 127, stdout, stderr, isCanceled } = await running;
    if (isCanceled) throw new Error('cancelled');
    return { exitCode, stdout, stderr };
  }

  override waitForExit(): Promise<never> {
    return this.#stopped as Promise<never>;
  }
}

let provider: LocalProvider;
let folder: string;
let run: AbortController;
beforeEach(async () => {
  provider = new LocalProvider();
  run = new AbortController();
  folder = await mkdtemp(join(tmpdir(), 'kindbox standing-'));
});
afterEach(async () => {
  run.abort();
  await rm(folder, { recursive: true });
});

/** @param awaiting what is run in place of the program that waits for the container runtime */
function standing(argv: readonly string[], awaiting: readonly string[] = ['true', SECONDS]): StandingCommand {
  return new StandingCommand(provider, node, { awaiting, argv, signal: run.signal });
}

const limits = (): { signal: AbortSignal } => ({ signal: run.signal });

test('it begins when it is told to, with the files that it was given and what it is to read', async () => {
  const command = standing(['sh', '-c', 'echo "$0 reads"; cat', 'it']);
  expect(await command.booted(limits())).toBeUndefined();
  const content = '{\n  "grüße": "1"\n\n}\nno end';
  command.give({ path: join(folder, 'a file'), mode: '600', content });
  command.give({ path: join(folder, 'empty'), mode: '644', content: '' });
  const lines: string[] = [];
  const { exitCode, stdout } = await command.run({ ...limits(), stdin: 'first\n\nlast', onLine: (line) => { lines.push(line); } });
  expect([exitCode, stdout]).toEqual([0, 'The container runtime answers.\nit reads\nfirst\n\nlast']);
  expect(lines).toEqual(['it reads', 'first', '', 'last']);
  expect(await readFile(join(folder, 'a file'), 'utf8')).toBe(content);
  expect(await Promise.all(['a file', 'empty'].map(async (name) => ((await stat(join(folder, name))).mode & 0o777).toString(8)))).toEqual(['600', '644']);
});

test('its exit code is the command\'s', async () => {
  expect(await standing(['sh', '-c', 'cat >/dev/null; exit 3']).run({ ...limits(), stdin: '' })).toMatchObject({ exitCode: 3 });
});

test('a container runtime that does not start is told, and the command never begins', async () => {
  const command = standing(['touch', join(folder, 'begun')], [join(SCRIPTS, 'absent'), SECONDS]);
  expect(await command.booted(limits())).toMatchObject({ exitCode: 127 });
  const failing = standing(['touch', join(folder, 'begun')], ['false', SECONDS]);
  expect(await failing.booted(limits())).toMatchObject({ exitCode: 1 });
  await expect(stat(join(folder, 'begun'))).rejects.toThrow('ENOENT');
});

test('a file that cannot be written fails it', async () => {
  const command = standing(['touch', join(folder, 'begun')]);
  command.give({ path: join(folder, 'absent/file'), mode: '644', content: 'x' });
  const { exitCode, stderr } = await command.run({ ...limits(), stdin: '' });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('absent/file')]);
  await expect(stat(join(folder, 'begun'))).rejects.toThrow('ENOENT');
});

test('abandoned, or cut off from its files, it does not begin', async () => {
  const command = standing(['touch', join(folder, 'begun')]);
  await command.booted(limits());
  command.abandon();
  await expect(command.run({ ...limits(), stdin: '' })).rejects.toThrow('cancelled');
  const { exitCode, stderr } = await execa(join(SCRIPTS, 'once-booted'), ['true', SECONDS, 'touch', join(folder, 'begun')], { reject: false, input: '3 644 ' });
  expect([exitCode, stderr]).toEqual([1, 'Its stdin ended before its files did']);
  await expect(stat(join(folder, 'begun'))).rejects.toThrow('ENOENT');
});

test('of what kubeadm asks systemd for, a node that has just booted needs the kubelet\'s start', async () => {
  await writeFile(join(folder, 'systemctl'), '#!/bin/sh\necho "$*"\n', { mode: 0o755 });
  const asked = ['status kubelet', 'stop kubelet', 'is-active no-such-unit', 'daemon-reload', 'restart kubelet'];
  const { stdout } = await execa(join(SCRIPTS, 'once-booted'), ['true', SECONDS, 'sh', '-c', asked.map((words) => `systemctl ${words}; echo $?`).join('\n')], {
    input: '\n', env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  expect(stdout.split('\n').slice(1)).toEqual(['0', '0', '3', '0', 'restart kubelet', '0']);
});

test('a run that is cancelled waits no longer', async () => {
  const command = standing(['sleep', '30']);
  const running = command.run({ ...limits(), stdin: '' });
  setTimeout(() => { run.abort(); }, 50);
  await expect(running).rejects.toThrow();
});

test('a node that stops meanwhile is told', async () => {
  const command = standing(['sleep', '30']);
  await command.booted(limits());
  const running = command.run({ ...limits(), stdin: '' });
  provider.stop({ exitCode: 137, outOfMemory: false });
  await expect(running).rejects.toThrow('The node demo-worker-0 stopped (exit code 137)');
});

test('a command that takes too long is told of by its name', async () => {
  await expect(standing(['sleep', '30']).run({ ...limits(), stdin: '', timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timeout', message: 'The command sleep in demo-worker-0 did not end within 0.1 s' });
});
