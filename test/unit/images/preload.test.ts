import { Readable } from 'node:stream';
import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import { preloadNodeImage, type PreloadOptions, type PreloadResult } from '../../../src/images/preload/index.js';
import { IMAGE_LABELS } from '../../../src/nodes/labels.js';
import { BASE, PodsFixture, report, SHARED } from './pods-fixture.js';

const NGINX = 'docker.io/library/nginx:1.27';
let f: PodsFixture;
beforeEach(() => {
  f = new PodsFixture();
  f.builder.addImage('nginx:1.27', {}, 'nginx-id');
  f.answer = ({ argv }) => (argv[0]?.endsWith('layout-report') === true ? { stdout: report({ [NGINX]: '/kindbox/layers/9/fs', other: '/kindbox/layers/1/fs' }) } : undefined);
});

const preload = (options: Partial<PreloadOptions> = {}): Promise<PreloadResult> =>
  preloadNodeImage(f.context, { tag: 'my-node', images: ['nginx:1.27'], archives: [], ...options });

test('imports what Docker saves of one platform, and makes an image of the container', async () => {
  const result = await preload();
  expect(f.builder.calls).toEqual(['start base-id /bin/sleep infinity', 'save linux/amd64 nginx:1.27', 'commit my-node:latest']);
  expect(f.commands).toEqual(['preload -', 'layout-report', 'seal']);
  expect(f.executed[0]?.stdin).toBe('tar of nginx:1.27');
  expect(f.builder.commits[0]).toMatchObject({
    entrypoint: ['/usr/local/lib/kindbox/entrypoint'], stopSignal: 'SIGRTMIN+3',
    labels: { [IMAGE_LABELS.kubernetesVersion]: 'v1.36.3', [IMAGE_LABELS.layout]: 'shared' },
  });
  expect(result).toMatchObject({ image: 'my-node:latest', base: BASE, kubernetesVersion: 'v1.36.3', preloaded: [{ name: NGINX }] });
  expect(f.builder.containers.size).toBe(0);
});

test('the image is not taken for what image build builds', async () => {
  await preload();
  expect(f.builder.commits[0]?.labels[IMAGE_LABELS.contentHash]).toMatch(/^[0-9a-f]{64}$/);
});

test('an image that Docker does not have is pulled', async () => {
  f.builder.images.delete('nginx:1.27');
  f.builder.pull = async () => undefined;
  await preload();
  expect(f.builder.calls).toContain('pull nginx:1.27');
});

test('what cannot be pulled either is an error, before any container starts', async () => {
  f.builder.images.delete('nginx:1.27');
  await expect(preload()).rejects.toMatchObject({ reason: 'image', message: expect.stringContaining('nginx:1.27'), because: 'There is no registry.' });
  expect(f.builder.calls).toEqual(['pull nginx:1.27']);
});

test.each([
  ['the import fails', { 'preload': { exitCode: 1, stderr: 'ctr: write /x: no space left on device' } }, { because: expect.stringContaining('full'), logTail: expect.stringContaining('/x') }],
  ['the base has no script for it', { 'preload': { exitCode: 127 } }, { message: expect.stringContaining('older version') }],
  ['an image is not shared', { 'layout-report': { stdout: report({ [NGINX]: null }) } }, { message: expect.stringContaining(NGINX) }],
  ['an image is not there', { 'layout-report': { stdout: '[]' } }, { message: expect.stringContaining(NGINX) }],
])('when %s, neither a container nor an image is left', async (_when, answers: Record<string, object>, failure) => {
  f.answer = ({ argv }) => answers[argv[0]?.split('/').at(-1) ?? ''];
  await expect(preload()).rejects.toMatchObject({ reason: 'image', ...failure });
  expect([f.builder.containers.size, f.builder.images.has('my-node:latest')]).toEqual([0, false]);
});

test('a stream from Docker that breaks is told as what it is', async () => {
  f.builder.saving = () => new Readable({ read() { this.destroy(new Error('connection reset')); } });
  await expect(preload()).rejects.toMatchObject({ reason: 'image', because: 'connection reset' });
  expect(f.builder.containers.size).toBe(0);
});

test('an interruption during the commit takes the image away and gives the old one its name back', async () => {
  const old = f.builder.addImage('my-node:latest', SHARED);
  f.builder.committing = async () => f.interrupt.abort(new CancelledError('terminated'));
  await expect(preload()).rejects.toMatchObject({ reason: 'terminated' });
  expect(f.builder.calls.slice(-2)).toEqual([`tag ${old.id} my-node:latest`, expect.stringMatching(/^remove-image/)]);
  expect(f.builder.calls.at(-1)).not.toContain(old.id);
  expect(f.builder.containers.size).toBe(0);
});

test('an interruption during the import leaves nothing', async () => {
  f.answer = () => { f.interrupt.abort(new CancelledError()); return undefined; };
  await expect(preload()).rejects.toBeInstanceOf(CancelledError);
  expect([f.builder.containers.size, f.builder.images.has('my-node:latest')]).toEqual([0, false]);
});

test.each([
  ['a node image that loses its only name is removed', 'old', SHARED, true],
  ['an image that is none of ours is not', 'old', {}, false],
  ['nor is the image that the new one is made of', 'base-id', SHARED, false],
])('%s', async (_what, id, labels, removed) => {
  f.builder.images.delete(BASE);
  const named = f.builder.addImage('my-node:latest', labels, id);
  if (id !== 'base-id') f.builder.addImage(BASE, SHARED, 'base-id');
  await preload(id === 'base-id' ? { base: 'my-node:latest' } : {});
  expect(f.builder.calls.includes(`remove-image ${named.id}`)).toBe(removed);
});

test('warnings of the script are the run\'s', async () => {
  f.answer = ({ argv }) => (argv[0]?.endsWith('/preload') === true ? { stderr: 'warning: /x has user.* extended attributes' } : { stdout: report({ [NGINX]: '/x' }) });
  await preload();
  expect(f.events).toContainEqual(expect.objectContaining({ type: 'note', level: 'warning', message: expect.stringContaining('user.*') }));
});

test.each<[string, object, Parameters<typeof preload>[0], () => unknown]>([
  ['an image of another architecture', { reason: 'image' }, {}, () => { f.builder.images.set('nginx:1.27', { ...f.builder.images.get('nginx:1.27')!, architecture: 'arm64' }); }],
  ['a base in the ordinary layout', { reason: 'image' }, { base: 'plain:1' }, () => { f.builder.addImage('plain:1', { [IMAGE_LABELS.kubernetesVersion]: 'v1.36.3' }); }],
  ['no image at all', { reason: 'usage' }, { images: [] }, () => undefined],
  ['an image by its digest', { reason: 'usage' }, { images: [`nginx@sha256:${'0'.repeat(64)}`] }, () => undefined],
  ['a tag that is a digest', { reason: 'usage' }, { tag: `a@sha256:${'0'.repeat(64)}` }, () => undefined],
  ['a version that the base does not have', { reason: 'image' }, { base: BASE, kubernetesVersion: 'v1.34.4' }, () => undefined],
])('%s is refused, and nothing is started', async (_what, failure, options, prepare) => {
  prepare();
  const refused = await preload(options).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(KindboxError);
  expect(refused).toMatchObject(failure);
  expect(f.builder.calls).toEqual([]);
});
