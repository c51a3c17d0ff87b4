import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ActionsRunner, type StepOptions, type StepRun } from '../../support/actions-runner.js';

const ACTION = fileURLToPath(new URL('../../../.github/actions/kindbox', import.meta.url));
const CREATED = {
  name: 'ci', workers: 0, image: 'i:v1', kubernetesVersion: 'v1.36.3', runtime: 'runc', cni: 'flannel', kubeconfig: '/home/ci-config', context: 'c', server: 'https://x', nodes: [], durationMs: 1000,
};
const MADE = { type: 'step', id: 'create-network', stage: 'create-network', parentId: 'nodes', title: 'Creating network', status: 'done' };

interface Behaviour {
  /** Printed on stderr. */
  readonly says?: readonly string[];
  /** Printed on stdout. */
  readonly result?: object | string;
  readonly exitCode?: number;
  /** Until a signal ends it. */
  readonly sleeps?: boolean;
}

/** Programs that note how they were called, and behave as they were told: by their first argument. */
class Bench {
  private constructor(readonly job: ActionsRunner, private readonly bin: string, readonly action: string) {}

  static async open(): Promise<Bench> {
    // Nothing but that folder: no engine and no home of who runs this.
    const job = await ActionsRunner.start();
    const bin = join(job.folder, 'bin');
    const root = join(job.folder, 'checkout');
    const action = join(root, '.github/actions/kindbox');
    await mkdir(bin);
    await cp(ACTION, action, { recursive: true });
    await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'kindbox', version: '9.8.7' }));
    await mkdir(join(job.folder, 'calls'));
    return new Bench(job, bin, action);
  }

  /** On PATH, which has nothing else but node. */
  async program(name: string, behaviours: Readonly<Record<string, Behaviour>>): Promise<void> {
    const script = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const [verb] = process.argv.slice(2);
appendFileSync(${JSON.stringify(join(this.job.folder, 'calls', name))}, JSON.stringify({ argv: process.argv.slice(2), env: process.env }) + '\\n');
const { says = [], result = '', exitCode = 0, sleeps = false } = ${JSON.stringify(behaviours)}[verb] ?? { exitCode: 2 };
for (const line of says) console.error(line);
process.stdout.write(typeof result === 'string' ? result : JSON.stringify(result));
process.exitCode = exitCode;
if (sleeps) setInterval(() => undefined, 1000);
`;
    await writeFile(join(this.bin, name), script);
    await chmod(join(this.bin, name), 0o755);
  }

  async calls(name: string): Promise<{ argv: string[]; env: Record<string, string> }[]> {
    const text = await readFile(join(this.job.folder, 'calls', name), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { argv: string[]; env: Record<string, string> });
  }

  uses(given: Readonly<Record<string, string>> = {}, whileRunning?: StepOptions['whileRunning']): Promise<StepRun> {
    return this.job.uses(this.action, given, { id: 'kindbox', path: this.bin, ...(whileRunning === undefined ? {} : { whileRunning }) });
  }

  async end(): Promise<StepRun> {
    const [post] = await this.job.end();
    if (post === undefined) throw new Error('there was no post step');
    return post;
  }
}

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.job.remove());

const verbs = async (): Promise<(string | undefined)[]> => (await bench.calls('kindbox')).map(({ argv }) => argv[0]);

describe('which kindbox is run', () => {
  test('what is on PATH, where nothing is built beside the action', async () => {
    await bench.program('kindbox', { create: { result: CREATED } });
    expect((await bench.uses({ kubectl: 'false' })).exitCode).toBe(0);
    expect(await verbs()).toEqual(['create']);
  });

  test('else npm installs the version that the action belongs to, without its scripts', async () => {
    await bench.program('npm', { install: { exitCode: 1, says: ['npm error 404'] } });
    const main = await bench.uses();
    const [call] = await bench.calls('npm');
    expect(call?.argv).toEqual(expect.arrayContaining(['--ignore-scripts', '--prefix', join(bench.job.temp, 'kindbox-action/npm'), 'kindbox@9.8.7']));
    expect([main.exitCode, main.annotations.map(({ message }) => message)]).toEqual([1, ['npm could not install kindbox@9.8.7 (exit code 1).']]);
    expect(main.printed).toContain('npm error 404');
  });

  test('without npm, the way out is named', async () => {
    expect((await bench.uses({ version: '0.1.0' })).annotations.at(-1)?.message).toContain('actions/setup-node');
  });
});

describe('nodes that are not isolated', () => {
  test.each([[{ runtime: 'runc' }], [{ config: 'cluster.yaml' }]])('are told of once, with %j', async (given) => {
    await bench.program('docker', { info: { result: { runc: {} } } });
    await bench.program('kindbox', { create: { result: CREATED } });
    const { annotations } = await bench.uses({ ...given, kubectl: 'false' });
    expect(annotations.map(({ kind, message }) => [kind, message.slice(0, 27)])).toEqual([['notice', 'This runner has no Sysbox. ']]);
  });
});

describe('programs on a runner', () => {
  const hostile = ['::set-env name=PATH::/evil', '##[add-path]/evil', '::error::forged'];

  test('are not obeyed, whatever they print', async () => {
    const step = { ...MADE, title: '\n::add-path::/evil', detail: '::set-output name=a::b' };
    await bench.program('kindbox', {
      create: { says: [...hostile, JSON.stringify(step)], result: { error: { message: '::warning::no\n::add-path::/evil', because: null, next: hostile, logTail: hostile.join('\n') } }, exitCode: 7 },
      logs: { says: hostile, exitCode: 7 }, destroy: { says: hostile, result: hostile.join('\n') },
    });
    const main = await bench.uses({ log_level: 'debug' });
    const obeyed = new Set([...main.obeyed, ...(await bench.end()).obeyed]);
    expect([...obeyed].filter((name) => !['group', 'stop-commands', 'endgroup', 'error', 'warning'].includes(name))).toEqual([]);
    expect(main.annotations.filter(({ message }) => message === 'forged')).toEqual([]);
  });

  test('are given neither tokens nor inputs nor the runner\'s files', async () => {
    await bench.program('kindbox', { create: { result: CREATED } });
    await bench.uses({ kubectl: 'false' });
    const [{ env } = { env: {} as Record<string, string> }] = await bench.calls('kindbox');
    expect(Object.keys(env).filter((name) => /^(INPUT_|STATE_|ACTIONS_|GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$)/.test(name))).toEqual([]);
    expect(env['RUNNER_TEMP']).toBe(bench.job.temp);
  });
});

describe('a cancelled job', () => {
  test('begins nothing more once the program that ran has ended', async () => {
    // The first program that the main step runs by itself.
    await bench.program('docker', { info: { says: ['asked'], sleeps: true } });
    await bench.program('kindbox', { create: { result: CREATED } });
    let signalled = false;
    const main = await bench.uses({ runtime: 'runc' }, async (signal) => {
      while (!signalled && (await bench.calls('docker')).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      signalled = true;
      signal('SIGINT');
    });
    expect([main.exitCode, main.annotations.map(({ message }) => message)]).toEqual([1, ['The job was cancelled.']]);
    expect(await verbs()).toEqual([]);
  });
});

describe('the post step', () => {
  test('destroys nothing when the main step made nothing', async () => {
    await bench.program('kindbox', { create: { result: { error: { message: 'exists already', because: null, next: [], logTail: null } }, exitCode: 5 }, destroy: {} });
    expect((await bench.uses()).exitCode).toBe(1);
    expect((await bench.end()).exitCode).toBe(0);
    expect(await verbs()).toEqual(['create']);
  });

  test('fails the job when the cluster could not be destroyed', async () => {
    await bench.program('kindbox', { create: { says: [JSON.stringify(MADE)], result: CREATED }, destroy: { exitCode: 9 } });
    await bench.uses({ kubectl: 'false' });
    const post = await bench.end();
    expect([post.exitCode, post.annotations.map(({ kind }) => kind)]).toEqual([1, ['error']]);
  });

  test('or warns, where the workflow wants that', async () => {
    await bench.program('kindbox', { create: { says: [JSON.stringify(MADE)], result: CREATED }, destroy: { exitCode: 9 } });
    await bench.uses({ kubectl: 'false', ignore_failed_clean: 'true' });
    const post = await bench.end();
    expect([post.exitCode, post.annotations.map(({ kind }) => kind)]).toEqual([0, ['warning']]);
  });

  test.each([
    ['failure', 'success', ['create', 'destroy']], ['failure', 'failure', ['create', 'logs', 'destroy']], ['failure', 'cancelled', ['create', 'logs', 'destroy']],
    ['always', 'success', ['create', 'logs', 'destroy']], ['never', 'failure', ['create', 'destroy']],
  ] as const)('with logs: %s and a job that ends with %s', async (logs, status, expected) => {
    // Logs that cannot be saved do not keep the cluster.
    await bench.program('kindbox', { create: { says: [JSON.stringify(MADE)], result: CREATED }, logs: { exitCode: 1 }, destroy: {} });
    await bench.uses({ kubectl: 'false', logs });
    bench.job.status = status;
    expect((await bench.end()).exitCode).toBe(0);
    expect(await verbs()).toEqual(expected);
  });

  test('does not save the logs again that a failed creation has saved', async () => {
    await bench.program('kindbox', { create: { says: [JSON.stringify(MADE)], exitCode: 7 }, logs: { exitCode: 1 }, destroy: {} });
    await bench.uses();
    await bench.end();
    expect(await verbs()).toEqual(['create', 'logs', 'destroy']);
  });
});
