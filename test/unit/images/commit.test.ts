import { CancelledError } from '../../../src/errors/index.js';
import { commitNode, type CommitOptions, type CommitResult } from '../../../src/images/commit/index.js';
import { runStandaloneNode } from '../../../src/images/commit/run-node.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { BASE, container, PodsFixture, report } from './pods-fixture.js';

const BEFORE = report({ old: '/kindbox/layers/1/fs', pulled: null, 'sha256:pulled': null });
const AFTER = report({ old: '/kindbox/layers/1/fs', pulled: '/kindbox/layers/2/fs', 'sha256:pulled': '/kindbox/layers/2/fs' });
let f: PodsFixture;
beforeEach(() => {
  f = new PodsFixture();
  f.containers.set('source', container('source', { [LABELS.standalone]: 'true' }));
  f.answer = ({ argv }) => {
    if (argv[0]?.endsWith('layout-report') !== true) return undefined;
    return { stdout: f.commands.includes('preload --loaded') ? AFTER : BEFORE };
  };
});

const commit = (options: Partial<CommitOptions> = {}): Promise<CommitResult> => commitNode(f.context, { node: 'source', tag: 'mine:1', remove: false, ...options });

test('takes a snapshot while containerd rests, and shares what was pulled in a container of it', async () => {
  const result = await commit();
  expect(f.builder.calls).toEqual(['commit <none>', expect.stringMatching(/^start sha256:\d+ \/bin\/sleep infinity$/), 'commit mine:1']);
  expect(f.commands.filter((command) => !command.startsWith('find'))).toEqual([
    'test -x /usr/local/lib/kindbox/seal', 'systemctl stop containerd.service', 'systemctl start containerd.service', 'layout-report', 'preload --loaded', 'layout-report', 'seal',
  ]);
  expect(result).toMatchObject({ image: 'mine:1', node: 'source', preloaded: [{ name: 'pulled' }], removed: false });
  expect([f.builder.containers.size, f.containers.has('source')]).toEqual([0, true]);
});

test('nodes of the image do not count as nodes of no cluster', async () => {
  await commit();
  expect(f.builder.commits[0]?.labels[LABELS.standalone]).toBe('');
});

test('--rm removes the node at last', async () => {
  expect(await commit({ remove: true })).toMatchObject({ removed: true });
  expect(f.containers.has('source')).toBe(false);
});

test('--rm removes nothing that kindbox did not start', async () => {
  f.containers.set('source', container('source', {}));
  await expect(commit({ remove: true })).rejects.toMatchObject({ reason: 'conflict' });
  expect(f.executed.map(({ argv }) => argv[0])).not.toContain('systemctl');
});

test.each([
  ['a node of a cluster', () => f.containers.set('source', container('source', { [LABELS.cluster]: 'demo' })), { reason: 'usage', because: expect.stringMatching(/certificates/) }],
  ['a cluster', () => { f.containers.clear(); f.addNode('source', -1); }, { reason: 'usage', because: expect.stringMatching(/certificates/) }],
  ['a node that somebody made a cluster of by hand', () => { f.answer = ({ argv }) => (argv[0] === 'find' ? { stdout: '/etc/kubernetes/admin.conf\n', exitCode: 1 } : undefined); },
    { reason: 'usage', because: expect.stringMatching(/admin\.conf/) }],
  ['a container of another image', () => f.containers.set('source', { ...container('source', {}), labels: {} }), { reason: 'usage' }],
  ['a container with volumes of its own', () => f.containers.set('source', { ...container('source', {}), declaredVolumes: ['/var/lib/kubelet'] }), { reason: 'usage', because: expect.stringMatching(/--volume/) }],
  ['a node that is stopped', () => f.containers.set('source', { ...container('source', {}), running: false }), { reason: 'cluster' }],
  ['a node of an older image', () => { f.answer = ({ argv }) => (argv[0] === 'test' ? { exitCode: 1 } : undefined); }, { reason: 'image', next: expect.arrayContaining(['kindbox image build']) }],
  ['what is not there', () => f.containers.clear(), { reason: 'notFound' }],
])('%s is refused, and not touched', async (_what, prepare, failure) => {
  prepare();
  await expect(commit()).rejects.toMatchObject(failure);
  expect([f.builder.calls, f.executed.filter(({ argv }) => argv[0] === 'systemctl')]).toEqual([[], []]);
});

test.each(['preload', 'layout-report', 'seal'])('when %s fails, neither container nor snapshot is left, and the node stays', async (script) => {
  const usual = f.answer;
  f.answer = (executed, signal) => (executed.argv[0]?.endsWith(`/${script}`) === true ? { exitCode: 1, stderr: 'alas' } : usual(executed, signal));
  await expect(commit({ remove: true })).rejects.toMatchObject({ reason: 'image' });
  expect([f.builder.containers.size, f.builder.images.size, f.containers.has('source')]).toEqual([0, 1, true]);
});

test('an interruption during the snapshot lets containerd run again, and leaves nothing', async () => {
  f.builder.committing = async () => f.interrupt.abort(new CancelledError());
  await expect(commit()).rejects.toBeInstanceOf(CancelledError);
  expect(f.commands.at(-1)).toBe('systemctl start containerd.service');
  expect([f.builder.containers.size, f.builder.images.size]).toEqual([0, 1]);
});

describe('a node of no cluster', () => {
  const run = (): ReturnType<typeof runStandaloneNode> => runStandaloneNode(f.context, { name: 'loose', runtime: 'sysbox-runc' });

  test('carries no label of a cluster, so that neither list nor destroy sees it', async () => {
    expect(await run()).toMatchObject({ name: 'loose', image: BASE, kubernetesVersion: 'v1.36.3' });
    const labels = f.containers.get('loose')?.labels ?? {};
    expect([labels[LABELS.standalone], labels[LABELS.cluster], labels[LABELS.role]]).toEqual(['true', undefined, undefined]);
  });

  test('is removed when its containerd does not start', async () => {
    f.answer = () => ({ exitCode: 1, stderr: 'no cgroup' });
    await expect(run()).rejects.toMatchObject({ reason: 'cluster', logTail: 'no cgroup' });
    expect(f.containers.has('loose')).toBe(false);
  });

  test('is removed when the run is interrupted', async () => {
    f.answer = () => { f.interrupt.abort(new CancelledError()); return undefined; };
    await expect(run()).rejects.toBeInstanceOf(CancelledError);
    expect(f.containers.has('loose')).toBe(false);
  });
});
