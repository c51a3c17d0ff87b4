import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ActionsRunner, type StepRun } from '../support/actions-runner.js';
import { clusterName } from '../support/cluster-fixture.js';
import { inspectContainer } from '../support/docker.js';
import { DockerWithoutSysbox } from '../support/docker-without-sysbox.js';
import { Kindbox } from '../support/kindbox.js';
import { leftoversOf, NOTHING, removeLeftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime, runtimesOfFeatures } from '../support/runtimes.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ACTION = join(ROOT, '.github/actions/kindbox');

const jobs: ActionsRunner[] = [];
async function startJob(environment: Readonly<Record<string, string>> = {}): Promise<ActionsRunner> {
  const job = await ActionsRunner.start(environment);
  jobs.push(job);
  return job;
}

afterAll(async () => {
  await removeLeftovers(filePrefix);
  await Promise.all(jobs.map((job) => job.remove()));
});

function succeeded(step: StepRun): StepRun {
  if (step.exitCode !== 0) throw new Error(`the step failed\n${step.printed.join('\n')}`);
  return step;
}

async function endOf(job: ActionsRunner): Promise<StepRun> {
  const [post, ...others] = await job.end();
  if (post === undefined || others.length > 0) throw new Error('one post step was expected');
  return post;
}

/** Below the runner's folder for temporary files. */
async function files(job: ActionsRunner, ...folder: string[]): Promise<string[]> {
  const entries = await readdir(join(job.temp, ...folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe.each(runtimesOfFeatures)('a job whose steps succeed, on %s', (runtime) => {
  const name = clusterName(`${filePrefix}-s`, runtime);
  let job: ActionsRunner;
  let main: StepRun;
  beforeAll(async () => {
    job = await startJob();
    main = succeeded(await job.uses(ACTION, { cluster_name: name, runtime, workers: '1' }, { id: 'cluster' }));
  });

  test('its steps reach the cluster with kubectl, with no further setting', async () => {
    const { printed } = succeeded(await job.run('kubectl get nodes --output=name'));
    expect([...printed].sort()).toEqual([`node/${name}-master`, `node/${name}-worker-0`]);
  });

  test('its steps have the kindbox that made the cluster', async () => {
    const { printed } = succeeded(await job.run('kindbox list --json'));
    expect(printed.join('\n')).toContain(`"${name}"`);
  });

  test('the outputs say what there is', async () => {
    const { kubeconfig = '', ...others } = main.outputs;
    expect(others).toMatchObject({ cluster_name: name, context: `kubernetes-admin@${name}`, runtime, kubernetes_version: 'v1.36.3' });
    expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600);
    expect(main.summary).toContain(name);
  });

  test('no secret of the cluster or the job is printed or in what the step has set', async () => {
    const kubeconfig = await readFile(main.outputs['kubeconfig'] ?? '', 'utf8');
    const secrets = [...kubeconfig.matchAll(/client-key-data: (\S+)/g)].map(([, secret]) => secret ?? '');
    expect(secrets).toHaveLength(1);
    const told = [...main.printed, main.summary, ...Object.values(main.outputs)].join('\n');
    expect([...secrets, 'a-token-of-the-job'].filter((secret) => told.includes(secret))).toEqual([]);
  });

  test('its end leaves nothing of the cluster, and no logs', async () => {
    succeeded(await endOf(job));
    expect(await leftoversOf(name)).toEqual(NOTHING);
    expect((await readdir(join(job.home, '.kube'))).filter((file) => file.startsWith(name))).toEqual([]);
    expect(await files(job, 'kindbox-logs')).toEqual([]);
  });
});

describe('a job of which a step fails', () => {
  const name = `${filePrefix}-f`;
  let post: StepRun;
  let logs: string;
  let job: ActionsRunner;
  beforeAll(async () => {
    job = await startJob();
    logs = join(job.workspace, 'logs of the job');
    const given = { cluster_name: name, runtime: anyRuntime, workers: '0', logs_dir: 'logs of the job', kubectl: 'false' };
    succeeded(await job.uses(ACTION, given));
    expect((await job.run('exit 3')).exitCode).toBe(3);
    post = succeeded(await endOf(job));
  });

  test('its end leaves the logs of each node in the folder, and lists them', async () => {
    const saved = await readdir(logs, { recursive: true });
    expect(saved.filter((path) => path.startsWith(`${name}/`) && path.includes(`${name}-master/`)).length).toBeGreaterThan(0);
    const sizes = await Promise.all(saved.map(async (path) => (await stat(join(logs, path))).size));
    expect(Math.max(...sizes)).toBeGreaterThan(1000);
    expect(post.summary).toContain('<code>');
    expect(post.printed.join('\n')).toContain(logs);
  });

  test('and nothing of the cluster', async () => {
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('a creation that fails', () => {
  const name = `${filePrefix}-c`;

  test('fails the step, with the logs saved for the steps that follow, and nothing is left in the end', async () => {
    const job = await startJob();
    const main = await job.uses(ACTION, { cluster_name: name, runtime: anyRuntime, workers: '0', wait: '1s' });
    expect(main.exitCode).toBe(1);
    expect(main.annotations.filter(({ kind }) => kind === 'error').map(({ title }) => title)).toEqual(['kindbox create failed']);
    expect((await files(job, 'kindbox-logs', name)).filter((path) => path.includes(`${name}-master/`)).length).toBeGreaterThan(0);
    succeeded(await endOf(job));
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('a job that is cancelled while the cluster is created', () => {
  const name = `${filePrefix}-i`;

  test('ends soon, and the post step destroys what was made', async () => {
    const job = await startJob();
    let sent = false;
    const main = await job.uses(ACTION, { cluster_name: name, runtime: anyRuntime, workers: '1', log_level: 'debug' }, {
      onLine: (line, signal) => {
        if (sent || !/… .*kubeadm init/.test(line)) return;
        sent = true;
        signal('SIGINT');
      },
    });
    job.status = 'cancelled';
    expect([sent, main.exitCode]).toEqual([true, 1]);
    expect((await leftoversOf(name)).containers).toHaveLength(2);
    succeeded(await endOf(job));
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('a cluster that is not the job\'s', () => {
  const name = `${filePrefix}-o`;

  test('is a failure of the step, and stays as it is', async () => {
    const owner = await Kindbox.inNewHome();
    try {
      await owner.succeed(['create', `--runtime=${anyRuntime}`, '--num-workers=0', name]);
      const before = await leftoversOf(name);
      const job = await startJob();
      const main = await job.uses(ACTION, { cluster_name: name, runtime: anyRuntime });
      expect([main.exitCode, main.annotations.at(-1)?.message]).toEqual([1, expect.stringContaining('exists already')]);
      succeeded(await endOf(job));
      expect(await leftoversOf(name)).toEqual(before);
    } finally {
      await owner.run(['destroy', name]);
      await owner.removeHome();
    }
  });
});

describe('a kubeconfig of the workflow\'s', () => {
  const name = `${filePrefix}-k`;
  const theirs = 'apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts:\n- name: theirs\n  context: {cluster: other, user: somebody}\ncurrent-context: theirs\n';

  test('gets the cluster, and is as before in the end', async () => {
    const job = await startJob();
    const file = join(job.workspace, 'kubeconfig.yaml');
    await writeFile(file, theirs, { mode: 0o600 });
    const main = succeeded(await job.uses(ACTION, { cluster_name: name, runtime: anyRuntime, workers: '0', kubeconfig: 'kubeconfig.yaml' }));
    expect(main.outputs['kubeconfig']).toBe(file);
    expect([...succeeded(await job.run('kubectl config get-contexts --output=name')).printed].sort()).toEqual([`kubernetes-admin@${name}`, 'theirs']);
    succeeded(await job.run('kubectl get --raw /readyz'));
    succeeded(await endOf(job));
    const after = await readFile(file, 'utf8');
    expect(after).toContain('current-context: theirs');
    expect(after).not.toContain(name);
    expect(existsSync(join(job.home, '.kube', `${name}-config`))).toBe(false);
  });
});

describe('a runner without Sysbox', () => {
  const name = `${filePrefix}-w`;

  test('where the workflow chose nothing: the step fails, names both ways out, and makes nothing', async () => {
    const host = await DockerWithoutSysbox.open();
    try {
      const job = await startJob({ DOCKER_HOST: host.address });
      const main = await job.uses(ACTION, { cluster_name: name });
      expect(main.exitCode).toBe(1);
      const said = main.annotations.map(({ message }) => message).join('\n');
      expect([/install Sysbox/i, /--runtime=runc/, /runtime: runc/].filter((way) => !way.test(said))).toEqual([]);
      succeeded(await endOf(job));
    } finally {
      await host.close();
    }
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });

  test('where the workflow chose runc: the step says that there is no Sysbox, and takes runc', async () => {
    const host = await DockerWithoutSysbox.open({ writes: true });
    try {
      const job = await startJob({ DOCKER_HOST: host.address });
      const main = succeeded(await job.uses(ACTION, { cluster_name: name, runtime: 'runc', workers: '0' }));
      expect(main.annotations).toEqual([{ kind: 'notice', title: 'kindbox: isolation', message: expect.stringContaining('This runner has no Sysbox.') }]);
      expect((await inspectContainer(`${name}-master`)).HostConfig.Runtime).toBe('runc');
      succeeded(await endOf(job));
    } finally {
      await host.close();
    }
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('kindbox from its package', () => {
  test('a version is installed with npm, and only that', async () => {
    // The home is another; what npm has cached, and how it reaches its registry, is this machine's.
    const setting = async (name: string): Promise<string> => (await execa('npm', ['config', 'get', name])).stdout.trim();
    const job = await startJob({ npm_config_cache: await setting('cache'), npm_config_userconfig: await setting('userconfig') });
    const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', job.workspace], { cwd: ROOT });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const main = succeeded(await job.uses(ACTION, { version: `file:${filename}`, install_only: 'true' }));
    expect(main.outputs).toEqual({});
    expect(succeeded(await job.run('command -v kindbox && kindbox version')).printed[0]).toBe(join(job.temp, 'kindbox-action/npm/node_modules/.bin/kindbox'));
    succeeded(await endOf(job));
  });
});
