import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parse } from 'yaml';
import { ActionsRunner } from '../support/actions-runner.js';
import { docker } from '../support/docker.js';
import { leftoversOf, NOTHING, removeLeftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { recipe, runSteps, stepsOf } from '../support/workflow.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENT = join(ROOT, 'docs/ci.md');
const NODE_IMAGE = 'nestybox/k8s-node:v1.36.3';

/** A machine of a pipeline: a home, kindbox and a kubectl on PATH. */
let home: string;
let environment: Record<string, string>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kindbox-recipe-'));
  const container = await docker(['create', NODE_IMAGE]);
  try {
    await docker(['cp', `${container}:/usr/local/bin/kubectl`, join(home, 'kubectl')]);
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
  }
  const { PATH = '', DOCKER_HOST = '' } = process.env;
  environment = { PATH: [home, join(ROOT, 'bin'), PATH].join(delimiter), HOME: home, KINDBOX_PROGRESS: 'plain', ...(DOCKER_HOST === '' ? {} : { DOCKER_HOST }) };
});

afterAll(async () => {
  await removeLeftovers(filePrefix);
  await rm(home, { recursive: true, force: true });
});

/** Tests of a user's that fail: the last line of each recipe stands for them. */
async function failingKubectl(): Promise<string> {
  const folder = await mkdtemp(join(home, 'failing-'));
  await writeFile(join(folder, 'kubectl'), '#!/bin/sh\nexit 42\n');
  await chmod(join(folder, 'kubectl'), 0o755);
  return [folder, environment['PATH']].join(delimiter);
}

describe('the recipe for a shell', () => {
  /** `abort` is a text of the output at which the pipeline ends the job, as all of them do: its whole process group. */
  const run = async (path: string | undefined, cluster: string, abort?: RegExp): Promise<{ exitCode: number | undefined; said: string }> => {
    const text = (await recipe(DOCUMENT, 'shell')).replace('KINDBOX_RUNTIME=runc', `KINDBOX_RUNTIME=${anyRuntime}`).replace(/^cluster=.*$/m, `cluster=${cluster}`);
    const script = join(home, 'recipe.sh');
    await writeFile(script, text);
    const child = execa('sh', [script], { cwd: home, env: { ...environment, PATH: path ?? '' }, extendEnv: false, reject: false, all: true, stdin: 'ignore', detached: true });
    let said = '';
    child.all.on('data', (chunk: Buffer) => {
      const aborted = abort?.test(said);
      said += chunk.toString('utf8');
      if (aborted === false && abort?.test(said) && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    });
    const { exitCode } = await child;
    return { exitCode, said };
  };

  test('runs the tests on a cluster, and leaves nothing', async () => {
    const cluster = `${filePrefix}-sh`;
    const { exitCode, said } = await run(environment['PATH'], cluster);
    expect(said).toMatch(new RegExp(`^${cluster}-worker-0 +Ready`, 'm'));
    expect(exitCode).toBe(0);
    expect(await leftoversOf(cluster)).toEqual(NOTHING);
  });

  test('ends as the tests ended that failed, and leaves nothing', async () => {
    const cluster = `${filePrefix}-sf`;
    const { exitCode } = await run(await failingKubectl(), cluster);
    expect(exitCode).toBe(42);
    expect(await leftoversOf(cluster)).toEqual(NOTHING);
  });

  test('that is aborted while the cluster is created leaves nothing', async () => {
    const cluster = `${filePrefix}-sa`;
    const { exitCode, said } = await run(environment['PATH'], cluster, /kubeadm init/);
    expect(said).not.toContain('Ready');
    expect(exitCode).toBe(143);
    expect(await leftoversOf(cluster)).toEqual(NOTHING);
  });

  test('makes a name that kindbox takes, and another each time', async () => {
    const [line = ''] = /^cluster=.*$/m.exec(await recipe(DOCUMENT, 'shell')) ?? [];
    const names = await Promise.all([1, 2].map(async () => (await execa('sh', ['-c', `${line}\necho "$cluster"`])).stdout));
    expect(names).toEqual([expect.stringMatching(/^tests-[0-9a-f]{8}$/), expect.stringMatching(/^tests-[0-9a-f]{8}$/)]);
    expect(names[0]).not.toBe(names[1]);
  });
});

describe('the recipe for GitLab', () => {
  test('runs the tests on a cluster, and leaves nothing', async () => {
    interface Job { readonly variables: Record<string, string>; readonly script: string[]; readonly after_script: string[] }
    const { test: job } = parse(await recipe(DOCUMENT, 'gitlab')) as { test: Job };
    const cluster = `${filePrefix}-gl`;
    // GitLab's runner runs all lines of a script in one shell, and those of after_script in another.
    const variables = { ...environment, ...job.variables, CLUSTER: cluster, KINDBOX_RUNTIME: anyRuntime };
    const shell = (lines: readonly string[], more: Record<string, string> = {}): Promise<{ exitCode?: number | undefined; all: string }> =>
      execa('bash', ['-eo', 'pipefail'], { cwd: home, env: { ...variables, ...more }, extendEnv: false, input: `${lines.join('\n')}\n`, reject: false, all: true });
    const script = await shell(job.script);
    const after = await shell(job.after_script, { CI_JOB_STATUS: script.exitCode === 0 ? 'success' : 'failed' });
    expect(script.all).toMatch(new RegExp(`^${cluster}-worker-0 +Ready`, 'm'));
    expect([script.exitCode, after.exitCode]).toEqual([0, 0]);
    expect(await leftoversOf(cluster)).toEqual(NOTHING);
  });
});

describe('the recipe for GitHub', () => {
  test('runs the tests on a cluster, and leaves nothing', async () => {
    const cluster = `${filePrefix}-gh`;
    const text = (await recipe(DOCUMENT, 'github')).replace('runtime: runc', `runtime: ${anyRuntime}`).replace(/cluster_name: .*/, `cluster_name: ${cluster}`);
    const job = await ActionsRunner.start();
    try {
      const runs = await runSteps(job, stepsOf(text), { './.github/actions/kindbox': join(ROOT, '.github/actions/kindbox') });
      expect(runs.get('Test')?.printed.join('\n')).toMatch(new RegExp(`^${cluster}-worker-0 +Ready`, 'm'));
      expect([job.status, ...(await job.end()).map(({ exitCode }) => exitCode)]).toEqual(['success', 0]);
    } finally {
      await job.remove();
    }
    expect(await leftoversOf(cluster)).toEqual(NOTHING);
  });

  test('gives the action no input that it does not have', async () => {
    const declared = Object.keys((parse(await readFile(join(ROOT, '.github/actions/kindbox/action.yml'), 'utf8')) as { inputs: object }).inputs);
    const document = await readFile(DOCUMENT, 'utf8');
    const [, table = ''] = /### Inputs\n([\s\S]*?)\nOutputs:/.exec(document) ?? [];
    const documented = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    expect(documented.sort()).toEqual(declared.filter((name) => name !== 'job_status').sort());
  });
});
