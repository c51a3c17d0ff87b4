import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import type { EngineContext } from '../../../src/engine.js';
import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import { BundleFolder, safeSegment } from '../../../src/logs/bundle-folder.js';
import { collectBundle } from '../../../src/logs/collect.js';
import { bundleBeforeRollback, withBundle } from '../../../src/logs/failure-bundle.js';
import { exportLogs } from '../../../src/logs/index.js';
import { systemPodLogs } from '../../../src/logs/pod-logs.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const TOKEN = 'abcdef.0123456789abcdef';
const POD_LOG = 'kube-system_etcd-demo-master_123/etcd/0.log';

let parent: string;
let output: string;
let provider: FakeProvider;
let abort: AbortController;
let context: EngineContext;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kindbox-'));
  output = join(parent, 'bundle');
  provider = new FakeProvider();
  abort = new AbortController();
  context = { provider, emit: () => undefined, signal: abort.signal, environment: { TMPDIR: parent } };
  for (const node of [observedNode('demo', 'control-plane', 0), observedNode('demo', 'worker', 0)]) provider.nodes.set(node.id, node);
  provider.onExec = (_node, argv) => Promise.resolve({ exitCode: 0, stdout: argv[0] === 'find' ? `${POD_LOG}\n` : `${argv.join(' ')}\n`, stderr: '' });
  provider.onOpenStream = (node, argv) => Promise.resolve(writing(`${node?.name} ${argv.join(' ')} --token ${TOKEN}\n`));
});

afterEach(() => rm(parent, { recursive: true, force: true }));

/** What a command writes; with `error` it breaks off then. */
function writing(text: string, error?: Error): Duplex {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  stream.push(text);
  if (error === undefined) stream.push(null);
  else setImmediate(() => stream.destroy(error));
  return stream;
}

async function refusal(work: Promise<unknown>): Promise<KindboxError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof KindboxError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

const allFiles = async (): Promise<string[]> => {
  const paths = (await readdir(output, { recursive: true })).map((path) => join(output, path));
  const isFile = await Promise.all(paths.map(async (path) => (await lstat(path)).isFile()));
  return paths.filter((_, index) => isFile[index]);
};

test('a bundle has the files of every node, an index that says so, and no secret', async () => {
  const index = await exportLogs(context, { name: 'demo', output });
  expect(index).toMatchObject({ cluster: 'demo', folder: output, complete: true, missing: [] });
  const paths = index.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining([
    'demo-master/journal.log', 'demo-master/kubelet.log', 'demo-master/containerd.log', 'demo-master/inspect.json', `demo-master/pods/${POD_LOG}`,
    'demo-worker-0/kubelet.log', 'cluster/events.jsonl', 'cluster/kubeadm-config.yaml', 'cluster/nodes.json', 'versions.json', 'doctor.json',
  ]));
  expect((await allFiles()).map((file) => file.slice(output.length + 1)).sort()).toEqual([...paths, 'index.json'].sort());
  const texts = await Promise.all((await allFiles()).map((file) => readFile(file, 'utf8')));
  expect(texts.join('')).not.toContain(TOKEN);
  expect(await readFile(join(output, 'demo-master/kubelet.log'), 'utf8')).toMatch(/^demo-master journalctl .*--unit=kubelet --token <redacted>\n$/);
  expect(JSON.parse(await readFile(join(output, 'index.json'), 'utf8'))).toEqual(index);
});

test('only its owner can read it', async () => {
  await exportLogs(context, { name: 'demo', output });
  expect((await lstat(output)).mode & 0o777).toBe(0o700);
  for (const file of await allFiles()) expect((await lstat(file)).mode & 0o777).toBe(0o600);
});

test('a stream that breaks off is told, and what came before it is kept', async () => {
  const whole = provider.onOpenStream;
  provider.onOpenStream = (node, argv, signal) => (node?.name === 'demo-worker-0' && argv.includes('--unit=kubelet')
    ? Promise.resolve(writing('the first line\n', new KindboxError('The connection was cut', { reason: 'host', because: 'The daemon went away.' })))
    : whole(node, argv, signal));
  const index = await exportLogs(context, { name: 'demo', output });
  expect(index.complete).toBe(false);
  expect(index.files.find(({ path }) => path === 'demo-worker-0/kubelet.log'))
    .toMatchObject({ state: 'truncated', bytes: 15, remark: 'The connection was cut: The daemon went away.' });
});

test('a node that does not run, and an API that does not answer: the rest is had, and it is told why', async () => {
  const [, worker] = [...provider.nodes.values()] as [ObservedNode, ObservedNode];
  provider.nodes.set(worker.id, { ...worker, state: 'stopped' });
  const whole = provider.onOpenStream;
  provider.onOpenStream = (node, argv, signal) => (argv[0] === 'kubectl' ? Promise.reject(new KindboxError('refused', { reason: 'cluster' })) : whole(node, argv, signal));
  const { complete, files, missing } = await exportLogs(context, { name: 'demo', output });
  expect(complete).toBe(false);
  expect(missing).toEqual(expect.arrayContaining([
    { path: 'demo-worker-0/kubelet.log', because: 'demo-worker-0 is stopped, not running' }, { path: 'cluster/nodes.json', because: 'refused' },
  ]));
  expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(['demo-worker-0/inspect.json', 'demo-worker-0/console.log', 'demo-master/kubelet.log']));
  expect(await readdir(join(output, 'cluster'))).not.toContain('nodes.json');
});

test('without a control plane, what only its API knows is told to be missing', async () => {
  provider.nodes.delete(observedNode('demo', 'control-plane', 0).id);
  const { complete, missing } = await exportLogs(context, { name: 'demo', output });
  expect(complete).toBe(false);
  expect(missing).toContainEqual({ path: 'cluster/nodes.json', because: 'the cluster has no control plane' });
});

test('cancelled, it leaves nothing', async () => {
  provider.onOpenStream = () => {
    abort.abort(new CancelledError());
    return Promise.reject(new CancelledError());
  };
  expect((await refusal(exportLogs(context, { name: 'demo', output }))).exitCode).toBe(130);
  expect(await readdir(parent)).toEqual([]);
});

test('when the time is over, what there is by then is a bundle', async () => {
  provider.onOpenStream = () => Promise.resolve(new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }));
  const cluster = { name: 'demo', nodes: [...provider.nodes.values()], networks: [], volumes: [] };
  const { complete, files, missing } = await collectBundle(cluster, output, { provider, signal: abort.signal, deadline: AbortSignal.timeout(200), environment: {} });
  expect(complete).toBe(false);
  expect(files.map(({ path }) => path)).toContain('demo-master/inspect.json');
  expect(missing).toContainEqual({ path: 'demo-master/kubelet.log', because: 'there was no time left' });
  expect(await readdir(output)).toContain('index.json');
});

test('a cluster that does not exist makes no folder', async () => {
  expect((await refusal(exportLogs(context, { name: 'other', output }))).reason).toBe('notFound');
  expect(await readdir(parent)).toEqual([]);
});

describe('what is in the way stays as it is', () => {
  test('a folder that is not empty', async () => {
    await mkdir(output);
    await writeFile(join(output, 'mine'), 'x');
    expect((await refusal(exportLogs(context, { name: 'demo', output }))).reason).toBe('conflict');
    expect(await readdir(output)).toEqual(['mine']);
  });

  test('a symbolic link to a folder', async () => {
    await mkdir(join(parent, 'target'));
    await symlink(join(parent, 'target'), output);
    expect((await refusal(exportLogs(context, { name: 'demo', output }))).reason).toBe('conflict');
    expect(await readdir(join(parent, 'target'))).toEqual([]);
  });

  test('a symbolic link in the place of a file, and of a folder', async () => {
    const folder = await BundleFolder.create(output);
    await writeFile(join(parent, 'precious'), 'x');
    await symlink(join(parent, 'precious'), join(output, 'file'));
    await expect(folder.write('file', 'overwritten')).rejects.toThrow(/EEXIST|ELOOP/);
    expect(await readFile(join(parent, 'precious'), 'utf8')).toBe('x');
  });

  test('an empty folder is used, and becomes private', async () => {
    await mkdir(output);
    await chmod(output, 0o755);
    await exportLogs(context, { name: 'demo', output });
    expect((await lstat(output)).mode & 0o777).toBe(0o700);
  });

  test('a parent that does not exist is the user\'s mistake', async () => {
    expect((await refusal(exportLogs(context, { name: 'demo', output: join(parent, 'a', 'b') }))).reason).toBe('usage');
  });
});

test('names of pods and containers cannot lead out of the bundle', () => {
  expect(['..', '.', '', 'a/b', '../x', '.hidden', 'a\u0000b'].map(safeSegment)).toEqual(['_', '_', '_', 'a_b', '__x', '_hidden', 'a_b']);
  expect(systemPodLogs('kube-system_x_1/../0.log\nkube-system_x_1/c/0.log\n/etc/passwd\nkube-x/../../y.log\ndefault_secret_1/c/0.log\n'))
    .toEqual([{ nodePath: '/var/log/pods/kube-system_x_1/c/0.log', path: 'kube-system_x_1/c/0.log' }]);
});

describe('before a rollback', () => {
  test('the logs of what the run made are kept, and the failure says where', async () => {
    const folder = await bundleBeforeRollback(context, 'demo', 'run1', ['known-secret']);
    expect(folder).toMatch(/kindbox-logs-demo-\d{8}T\d{6}Z-run1$/);
    expect(await readdir(folder ?? '')).toContain('index.json');
    const error = withBundle(new KindboxError('failed', { reason: 'cluster', because: 'x', next: ['kindbox list'] }), folder) as KindboxError;
    expect(error).toMatchObject({ message: 'failed', reason: 'cluster', because: 'x', next: [expect.stringContaining(folder ?? '?'), 'kindbox list'] });
  });

  test('an interrupted run keeps none, nor one that made no node', async () => {
    expect(await bundleBeforeRollback(context, 'demo', 'another-run', [])).toBeUndefined();
    abort.abort(new CancelledError());
    expect(await bundleBeforeRollback(context, 'demo', 'run1', [])).toBeUndefined();
    expect(await readdir(parent)).toEqual([]);
  });

  test('an engine that fails does not keep the rollback from happening', async () => {
    provider.listNodes = () => Promise.reject(new KindboxError('gone', { reason: 'host' }));
    expect(await bundleBeforeRollback(context, 'demo', 'run1', [])).toBeUndefined();
  });

  test('nor does a place where no folder can be made', async () => {
    expect(await bundleBeforeRollback({ ...context, environment: { TMPDIR: '/proc/nowhere/at/all' } }, 'demo', 'run1', [])).toBeUndefined();
  });
});
