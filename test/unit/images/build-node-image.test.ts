import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { KindboxError } from '../../../src/errors/index.js';
import { CACHE_VOLUME } from '../../../src/images/build/names.js';
import { IMAGE_LABELS } from '../../../src/nodes/labels.js';
import { Fixture, TAG } from './fixture.js';

const f = new Fixture();

test('builds everything on a machine that has nothing, and leaves only what is a cache', async () => {
  const result = await f.build();
  expect(f.builder.calls.slice(0, 2)).toEqual(['pull debian:bookworm-slim', 'import debian:bookworm-slim rootfs']);
  expect(f.builder.calls.slice(2, 4).sort()).toEqual(['build kindbox/builder', 'build kindbox/node-stage']);
  expect(f.builder.calls.slice(4)).toEqual(['run /src/compile.sh', 'run /usr/local/lib/kindbox/assemble', `commit ${TAG}`]);
  expect(f.builder.containers.size).toBe(0);
  expect([...f.builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(result).toMatchObject({ image: TAG, kubernetesVersion: 'v1.36.3', cached: false, sizeBytes: f.builder.images.get(TAG)?.size });
  expect(f.builder.commits[0]).toMatchObject({ entrypoint: ['/usr/local/lib/kindbox/entrypoint'], stopSignal: 'SIGRTMIN+3' });
  expect(f.builder.commits[0]?.labels).toMatchObject({
    [IMAGE_LABELS.kubernetesVersion]: 'v1.36.3', [IMAGE_LABELS.contentHash]: result.contentHash, [IMAGE_LABELS.layout]: 'shared',
  });
});

test('says that the base is bootstrapped, and why', async () => {
  await f.build();
  const notes = f.events.filter((event) => event.type === 'note').map((event) => event.message);
  expect(notes).toEqual([expect.stringMatching(/could not be pulled \(There is no registry\).*debian bookworm/)]);
});

test('does not bootstrap what was pulled', async () => {
  f.builder.pull = async () => undefined;
  await f.build({}, { bootstrap: async () => { throw new Error('not wanted'); } });
  expect(f.builder.calls).not.toContainEqual(expect.stringContaining('import'));
});

test('a base of another distribution that cannot be pulled is an error that says so', async () => {
  await expect(f.build({ base: 'fedora:43' })).rejects.toMatchObject({ reason: 'image', because: expect.stringContaining('Debian and Ubuntu') });
});

test('a bootstrap that breaks off leaves no image behind and fails with its own reason', async () => {
  const rootfs = new Readable({
    read() { this.destroy(new KindboxError('mmdebstrap broke', { reason: 'image' })); },
  });
  const broken = async () => ({ rootfs, ended: Promise.resolve() });
  await expect(f.build({}, { bootstrap: broken })).rejects.toThrow('mmdebstrap broke');
  expect(f.builder.images.size).toBe(0);
});

test('the second build finds the image', async () => {
  const first = await f.build();
  f.builder.calls.length = 0;
  const second = await f.build();
  expect(f.builder.calls).toEqual([]);
  expect(second).toMatchObject({ id: first.id, cached: true, contentHash: first.contentHash });
});

test('an image of the same content under another name is named, not built', async () => {
  const first = await f.build();
  f.builder.calls.length = 0;
  const second = await f.build({ tag: 'mine:1' });
  expect(f.builder.calls).toEqual([`tag ${first.id} mine:1`]);
  expect(second).toMatchObject({ image: 'mine:1', id: first.id, cached: true });
});

test('a tag without a version is `latest`', async () => {
  expect(await f.build({ tag: 'mine' })).toMatchObject({ image: 'mine:latest' });
});

test('--force builds again, and removes the image that lost its name', async () => {
  const first = await f.build();
  const second = await f.build({ force: true });
  expect(second.cached).toBe(false);
  expect(second.id).not.toBe(first.id);
  expect(f.builder.calls.at(-1)).toBe(`remove-image ${first.id}`);
});

test('changed sources use the operating system and the compiler that are there; outdated ones go', async () => {
  await f.build();
  f.builder.calls.length = 0;
  await writeFile(join(f.folder, 'source/compile.sh'), '#!/bin/bash');
  await f.build();
  expect(f.builder.calls.filter((call) => call.startsWith('build'))).toEqual([]);
  const [stage] = await f.builder.listImages('kindbox/node-stage');
  await f.build({ base: 'debian:trixie', tag: 'other:1' });
  f.builder.calls.length = 0;
  await writeFile(join(f.folder, 'rootfs/etc/hello'), 'world');
  await f.build();
  expect(f.builder.calls.filter((call) => call.startsWith('build'))).toEqual(['build kindbox/node-stage']);
  expect(f.builder.calls).toContain(`remove-image ${stage?.id}`);
});

test('compiles with proxies, Go settings and certificates; the committed container gets none of them', async () => {
  const bundle = `${f.folder}-ca`;
  await writeFile(bundle, 'CERTIFICATE');
  const environment = { HTTPS_PROXY: 'http://user:secret@proxy:1', GOPROXY: 'https://goproxy', SSL_CERT_FILE: bundle, SECRET: 'x' };
  await f.build({}, { environment }).finally(() => rm(bundle));
  const [compile, assemble] = f.builder.runs;
  expect(compile?.spec.environment).toEqual({
    HTTPS_PROXY: environment.HTTPS_PROXY, https_proxy: environment.HTTPS_PROXY, GOPROXY: environment.GOPROXY,
    SSL_CERT_FILE: '/kindbox-ca.crt', GIT_SSL_CAINFO: '/kindbox-ca.crt', KUBERNETES_VERSION: 'v1.36.3',
  });
  expect(compile?.files.get('/')?.toString()).toContain('CERTIFICATE');
  expect(assemble?.spec).toMatchObject({ environment: {}, nodePrivileges: true });
  expect(assemble?.spec.volumes).toEqual([{ name: expect.any(String), path: '/out', readOnly: true }]);
  expect(f.builder.builds[0]?.buildArgs).toMatchObject({ BASE: 'debian:bookworm-slim', https_proxy: environment.HTTPS_PROXY });
});

test('steps of a script are steps of the run', async () => {
  f.builder.script = async ({ onLine, argv }) => {
    if (argv[0] === '/src/compile.sh') for (const line of ['::step etcd Compiling etcd', 'go: downloading', '::step runc Compiling runc']) onLine(line);
    return 0;
  };
  await f.build();
  const parentId = 'compile/v1.36.3';
  const group = f.steps.find(({ id }) => id === parentId)?.parentId;
  expect(f.steps.filter((step) => step.id.startsWith(`${parentId}/`) && step.parentId === group).map(({ id, status, detail }) => [id, status, detail])).toEqual([
    [`${parentId}/etcd`, 'running', undefined],
    [`${parentId}/etcd`, 'running', 'go: downloading'],
    [`${parentId}/etcd`, 'done', undefined],
    [`${parentId}/runc`, 'running', undefined],
    [`${parentId}/runc`, 'done', undefined],
  ]);
});

test.each([
  [{ from: 'release' as const, kubernetesVersion: 'v1.30.9' }, /v1\.31\.0 to v1\.37/],
  [{ from: 'release' as const, kubernetesVersion: 'v1.38.0' }, /v1\.31\.0 to v1\.37/],
  [{ from: 'release' as const, mirrors: ['dl.k8s.io=https://mirror'] }, /kubernetes, github/],
  [{ mirrors: ['github=https://mirror'] }, /Go modules only/],
  [{ kubernetesVersion: 'v1.2.3' }, /v1\.36\.3 only/],
  [{ kubernetesVersion: 'latest' }, /form v1\.36\.3/],
  [{ tag: `a@sha256:${'0'.repeat(64)}` }, /tag can be chosen/],
])('%j is refused before anything is contacted', async (options, because) => {
  await expect(f.build(options)).rejects.toMatchObject({ reason: 'usage', because: expect.stringMatching(because) });
  expect(f.builder.calls).toEqual([]);
});
