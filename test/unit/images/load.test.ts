import { CancelledError } from '../../../src/errors/index.js';
import { loadImages, type LoadOptions, type LoadResult } from '../../../src/images/load/index.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { container, PodsFixture } from './pods-fixture.js';

const APP = 'docker.io/library/app:1';
const DB = 'docker.io/library/db:1';
const TITLES = 'REF TYPE DIGEST SIZE PLATFORMS LABELS';
let f: PodsFixture;
/** What nodes have: names and digests. */
let held: Record<string, readonly string[]>;
let failing: readonly string[];
beforeEach(() => {
  f = new PodsFixture();
  f.builder.addImage('app:1', {}, 'sha256:app');
  f.builder.addImage('db:1', {}, 'sha256:db');
  f.addNode('demo', -1);
  f.addNode('demo', 0);
  held = {};
  failing = [];
  f.answer = ({ container: id, argv }) => {
    if (argv.includes('list')) return { stdout: [TITLES, ...(held[id] ?? [])].join('\n') };
    return failing.includes(id) ? { exitCode: 1, stderr: 'ctr: alas' } : undefined;
  };
});

const load = (options: Partial<LoadOptions> = {}): Promise<LoadResult> => loadImages(f.context, { images: ['app:1'], archives: [], nodes: [], ...options });
const imports = (): string[] => f.executed.filter(({ argv }) => argv.includes('import')).map((executed) => `${executed.container}: ${executed.stdin}`).sort();

test('one stream from Docker goes to all nodes, of their platform only', async () => {
  const { nodes } = await load();
  expect(imports()).toEqual(['id-of-demo-master: tar of app:1', 'id-of-demo-worker-0: tar of app:1']);
  expect(f.builder.calls).toEqual(['save linux/amd64 app:1']);
  expect(f.executed.find(({ argv }) => argv.includes('import'))?.argv).toEqual(['ctr', '--namespace=k8s.io', 'images', 'import', '--local', '--platform', 'linux/amd64', '-']);
  expect(nodes).toEqual([{ name: 'demo-master', loaded: [APP], present: [] }, { name: 'demo-worker-0', loaded: [APP], present: [] }]);
});

test.each([
  ['by the id that Docker gives it', [`${APP} x sha256:m`, 'sha256:app x sha256:m'], true],
  ['as Docker\'s containerd store names it', [`${APP} x sha256:app`], true],
  ['of another build under the same name', [`${APP} x sha256:n`, 'sha256:app x sha256:m'], false],
  ['under another name', ['other x sha256:m', 'sha256:app x sha256:m'], false],
])('a node that has the image %s: skipped is %s', async (_how, lines, skipped) => {
  held['id-of-demo-worker-0'] = lines;
  const { nodes } = await load();
  expect(nodes.find(({ name }) => name === 'demo-worker-0')?.present).toEqual(skipped ? [APP] : []);
  expect(imports()).toHaveLength(skipped ? 1 : 2);
});

describe('nodes with Docker inside', () => {
  beforeEach(() => {
    f = new PodsFixture();
    f.builder.addImage('app:1', {}, 'sha256:app');
    f.addNode('demo', -1, 'running', { [LABELS.cri]: 'docker' });
    f.addNode('demo', 0, 'running', { [LABELS.cri]: 'docker' });
    f.answer = ({ container: id, argv }) => (argv.includes('ls') ? { stdout: (held[id] ?? []).join('\n') } : undefined);
  });

  test('get images by docker load', async () => {
    await load();
    expect(f.executed.filter(({ argv }) => argv.includes('load')).map(({ container: id, argv, stdin }) => [id, argv, stdin]).sort()).toEqual(
      ['id-of-demo-master', 'id-of-demo-worker-0'].map((id) => [id, ['docker', 'load', '--quiet'], 'tar of app:1']));
  });

  test('are left alone when they have the image, which they call by its short name', async () => {
    held['id-of-demo-master'] = ['app:1 sha256:app'];
    held['id-of-demo-worker-0'] = ['app:1 sha256:older'];
    const { nodes } = await load();
    expect(nodes).toEqual([{ name: 'demo-master', loaded: [], present: [APP] }, { name: 'demo-worker-0', loaded: [APP], present: [] }]);
  });
});

test('when all nodes have everything, nothing is read', async () => {
  for (const id of ['id-of-demo-master', 'id-of-demo-worker-0']) held[id] = [`${APP} x sha256:app`];
  const { nodes } = await load();
  expect([f.builder.calls, nodes.flatMap(({ loaded }) => loaded)]).toEqual([[], []]);
});

test('images that the same nodes lack share a stream', async () => {
  held['id-of-demo-master'] = [`${APP} x sha256:app`];
  f.builder.addImage('cache:1', {}, 'sha256:cache');
  await load({ images: ['app:1', 'db:1', 'cache:1'] });
  expect(imports()).toEqual(['id-of-demo-master: tar of db:1 cache:1', 'id-of-demo-worker-0: tar of app:1', 'id-of-demo-worker-0: tar of db:1 cache:1']);
});

test('a node that fails does not keep the image from the others, and is named', async () => {
  failing = ['id-of-demo-worker-0'];
  await expect(load({ images: ['app:1', 'db:1'] })).rejects.toMatchObject({ reason: 'partial', message: expect.stringContaining('demo-worker-0'), logTail: expect.stringContaining('alas') });
  expect(imports()).toContain('id-of-demo-master: tar of app:1 db:1');
});

test('when all fail, the reason is the first one\'s', async () => {
  failing = ['id-of-demo-master', 'id-of-demo-worker-0'];
  await expect(load()).rejects.toMatchObject({ reason: 'cluster', logTail: 'ctr: alas' });
});

test('an interruption ends the run', async () => {
  const usual = f.answer;
  f.answer = (executed, signal) => {
    if (executed.argv.includes('import')) f.interrupt.abort(new CancelledError());
    return usual(executed, signal);
  };
  await expect(load()).rejects.toBeInstanceOf(CancelledError);
});

test('--nodes chooses, among nodes of no cluster as well', async () => {
  f.containers.set('loose', container('loose', { [LABELS.standalone]: 'true' }));
  const { nodes } = await load({ nodes: ['demo-worker-0', 'loose'], images: ['app:1', 'db:1'] });
  expect(nodes).toEqual([{ name: 'demo-worker-0', loaded: [APP, DB], present: [] }, { name: 'loose', loaded: [APP, DB], present: [] }]);
});

test.each<[string, Parameters<typeof load>[0], () => unknown, object]>([
  ['several clusters, none named', {}, () => f.addNode('other', -1), { reason: 'usage', next: ['Add --cluster=demo', 'Add --cluster=other'] }],
  ['no cluster', {}, () => f.provider.nodes.clear(), { reason: 'notFound' }],
  ['another cluster', { cluster: 'absent' }, () => undefined, { reason: 'notFound' }],
  ['a node of another cluster', { cluster: 'demo', nodes: ['other-master'] }, () => f.addNode('other', -1), { reason: 'notFound' }],
  ['a node that does not run', {}, () => f.addNode('demo', 1, 'stopped'), { reason: 'cluster', message: expect.stringContaining('demo-worker-1') }],
  ['no image', { images: [] }, () => undefined, { reason: 'usage' }],
])('%s is refused, and nothing is read', async (_what, options, prepare, failure) => {
  prepare();
  await expect(load(options)).rejects.toMatchObject(failure);
  expect(f.builder.calls).toEqual([]);
});
