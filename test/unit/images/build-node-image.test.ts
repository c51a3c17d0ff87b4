import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import type { EngineEvent, StepEvent } from '../../../src/events/event.js';
import { buildNodeImage, type BuildContext, type BuildOptions } from '../../../src/images/build/index.js';
import { CACHE_VOLUME } from '../../../src/images/build/names.js';
import { IMAGE_LABELS } from '../../../src/nodes/labels.js';
import { FakeImageBuilder } from '../../support/fake-image-builder.js';

const FILES: Readonly<Record<string, string>> = {
  'Dockerfile': 'FROM base',
  'rootfs/etc/hello': 'hello',
  'source/Dockerfile': 'FROM base',
  'source/compile.sh': '#!/bin/sh',
  'source/versions/v1.36.3.env': 'KUBERNETES=kubernetes-v1.36.3',
};
const TAG = 'nestybox/k8s-node:v1.36.3';
const OPTIONS: BuildOptions = { kubernetesVersion: 'v1.36.3', base: 'debian:bookworm-slim', from: 'source', force: false };

let folder: string;
let builder: FakeImageBuilder;
let events: EngineEvent[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindbox-images-'));
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  builder = new FakeImageBuilder();
  events = [];
});

afterEach(() => rm(folder, { recursive: true }));

function build(options: Partial<BuildOptions> = {}, context: Partial<BuildContext> = {}) {
  return buildNodeImage({
    builder, folder,
    provider: { listImages: builder.listImages, describeHost: async () => ({ architecture: 'amd64' }) },
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    environment: {},
    bootstrap: async () => Readable.from([Buffer.from('rootfs')]),
    ...context,
  }, { ...OPTIONS, ...options });
}

function steps(): StepEvent[] {
  return events.filter((event): event is StepEvent => event.type === 'step');
}

test('builds everything on a machine that has nothing, and leaves only what is a cache', async () => {
  const result = await build();
  expect(builder.calls.slice(0, 2)).toEqual(['pull debian:bookworm-slim', 'import debian:bookworm-slim rootfs']);
  expect(builder.calls.slice(2, 4).sort()).toEqual(['build kindbox/builder', 'build kindbox/node-stage']);
  expect(builder.calls.slice(4)).toEqual(['run /src/compile.sh', 'run /usr/local/lib/kindbox/assemble', `commit ${TAG}`]);
  expect(builder.containers.size).toBe(0);
  expect([...builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(result).toMatchObject({ image: TAG, kubernetesVersion: 'v1.36.3', cached: false, sizeBytes: builder.images.get(TAG)?.size });
  expect(builder.commits[0]).toMatchObject({ entrypoint: ['/usr/local/lib/kindbox/entrypoint'], stopSignal: 'SIGRTMIN+3' });
  expect(builder.commits[0]?.labels).toMatchObject({
    [IMAGE_LABELS.kubernetesVersion]: 'v1.36.3', [IMAGE_LABELS.contentHash]: result.contentHash, [IMAGE_LABELS.layout]: 'shared',
  });
});

test('says that the base is bootstrapped, and why', async () => {
  await build();
  const notes = events.filter((event) => event.type === 'note').map((event) => event.message);
  expect(notes).toEqual([expect.stringMatching(/could not be pulled \(There is no registry\).*debian bookworm/)]);
});

test('does not bootstrap what was pulled', async () => {
  builder.pull = async () => undefined;
  await build({}, { bootstrap: async () => { throw new Error('not wanted'); } });
  expect(builder.calls).not.toContainEqual(expect.stringContaining('import'));
});

test('a base of another distribution that cannot be pulled is an error that says so', async () => {
  await expect(build({ base: 'fedora:43' })).rejects.toMatchObject({ reason: 'image', because: expect.stringContaining('Debian and Ubuntu') });
});

test('a bootstrap that breaks off leaves no image behind and fails with its own reason', async () => {
  const broken = (): Promise<Readable> => Promise.resolve(new Readable({
    read() { this.destroy(new KindboxError('mmdebstrap broke', { reason: 'image' })); },
  }));
  await expect(build({}, { bootstrap: broken })).rejects.toThrow('mmdebstrap broke');
  expect(builder.images.size).toBe(0);
});

test('the second build finds the image', async () => {
  const first = await build();
  builder.calls.length = 0;
  const second = await build();
  expect(builder.calls).toEqual([]);
  expect(second).toMatchObject({ id: first.id, cached: true, contentHash: first.contentHash });
});

test('an image of the same content under another name is named, not built', async () => {
  const first = await build();
  builder.calls.length = 0;
  const second = await build({ tag: 'mine:1' });
  expect(builder.calls).toEqual([`tag ${first.id} mine:1`]);
  expect(second).toMatchObject({ image: 'mine:1', id: first.id, cached: true });
});

test('a tag without a version is `latest`', async () => {
  expect(await build({ tag: 'mine' })).toMatchObject({ image: 'mine:latest' });
});

test('--force builds again, and removes the image that lost its name', async () => {
  const first = await build();
  const second = await build({ force: true });
  expect(second.cached).toBe(false);
  expect(second.id).not.toBe(first.id);
  expect(builder.calls.at(-1)).toBe(`remove-image ${first.id}`);
});

test('changed sources use the operating system and the compiler that are there; outdated ones go', async () => {
  await build();
  builder.calls.length = 0;
  await writeFile(join(folder, 'source/compile.sh'), '#!/bin/bash');
  await build();
  expect(builder.calls.filter((call) => call.startsWith('build'))).toEqual([]);
  const [stage] = await builder.listImages('kindbox/node-stage');
  await build({ base: 'debian:trixie', tag: 'other:1' });
  builder.calls.length = 0;
  await writeFile(join(folder, 'rootfs/etc/hello'), 'world');
  await build();
  expect(builder.calls.filter((call) => call.startsWith('build'))).toEqual(['build kindbox/node-stage']);
  expect(builder.calls).toContain(`remove-image ${stage?.id}`);
});

test('compiles with proxies, Go settings and certificates; the committed container gets none of them', async () => {
  const bundle = `${folder}-ca`;
  await writeFile(bundle, 'CERTIFICATE');
  const environment = { HTTPS_PROXY: 'http://user:secret@proxy:1', GOPROXY: 'https://goproxy', SSL_CERT_FILE: bundle, SECRET: 'x' };
  await build({}, { environment }).finally(() => rm(bundle));
  const [compile, assemble] = builder.runs;
  expect(compile?.spec.environment).toEqual({
    HTTPS_PROXY: environment.HTTPS_PROXY, https_proxy: environment.HTTPS_PROXY, GOPROXY: environment.GOPROXY,
    SSL_CERT_FILE: '/kindbox-ca.crt', GIT_SSL_CAINFO: '/kindbox-ca.crt', KUBERNETES_VERSION: 'v1.36.3',
  });
  expect(compile?.files.get('/')?.toString()).toContain('CERTIFICATE');
  expect(assemble?.spec).toMatchObject({ environment: {}, nodePrivileges: true });
  expect(assemble?.spec.volumes).toEqual([{ name: expect.any(String), path: '/out', readOnly: true }]);
  expect(builder.builds[0]?.buildArgs).toMatchObject({ BASE: 'debian:bookworm-slim', https_proxy: environment.HTTPS_PROXY });
});

test('steps of a script are steps of the run', async () => {
  builder.script = async ({ onLine, argv }) => {
    if (argv[0] === '/src/compile.sh') for (const line of ['::step etcd Compiling etcd', 'go: downloading', '::step runc Compiling runc']) onLine(line);
    return 0;
  };
  await build();
  const parentId = 'compile/v1.36.3';
  const group = steps().find(({ id }) => id === parentId)?.parentId;
  expect(steps().filter((step) => step.id.startsWith(`${parentId}/`) && step.parentId === group).map(({ id, status, detail }) => [id, status, detail])).toEqual([
    [`${parentId}/etcd`, 'running', undefined],
    [`${parentId}/etcd`, 'running', 'go: downloading'],
    [`${parentId}/etcd`, 'done', undefined],
    [`${parentId}/runc`, 'running', undefined],
    [`${parentId}/runc`, 'done', undefined],
  ]);
});

test.each(['/src/compile.sh', '/usr/local/lib/kindbox/assemble'])('a failing %s is told with its log and leaves nothing', async (script) => {
  builder.script = async ({ onLine, argv }) => {
    onLine('::step work Working');
    for (let line = 1; line <= 100; line += 1) onLine(`line ${line}`);
    onLine('http://user:secret@proxy refused');
    return argv[0] === script ? 1 : 0;
  };
  const failure = await build().catch((error: unknown) => error as KindboxError);
  expect(failure).toMatchObject({ reason: 'image', because: expect.stringContaining('exit code 1') });
  const log = (failure as KindboxError).logTail?.split('\n') ?? [];
  expect(log).toHaveLength(40);
  expect(log.at(-1)).toBe('http://***@proxy refused');
  expect(builder.containers.size).toBe(0);
  expect([...builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(builder.images.has(TAG)).toBe(false);
  expect(steps().find(({ id, status }) => id.endsWith('/work') && status === 'failed')).toBeDefined();
});

test.each(['/src/compile.sh', '/usr/local/lib/kindbox/assemble'])('an abort during %s leaves nothing', async (script) => {
  const interrupt = new AbortController();
  builder.script = async ({ argv }, signal) => {
    if (argv[0] !== script) return 0;
    setImmediate(() => interrupt.abort(new CancelledError('terminated')));
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 137;
  };
  await expect(build({}, { signal: interrupt.signal })).rejects.toMatchObject({ name: 'CancelledError', reason: 'terminated' });
  expect(builder.containers.size).toBe(0);
  expect([...builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(builder.images.has(TAG)).toBe(false);
});

test('an abort during the pull is not taken for a registry out of reach', async () => {
  const interrupt = new AbortController();
  builder.pull = async (_reference, signal) => {
    setImmediate(() => interrupt.abort(new CancelledError()));
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('socket hang up'))));
  };
  await expect(build({}, { signal: interrupt.signal })).rejects.toThrow(CancelledError);
  expect(builder.calls).toEqual(['pull debian:bookworm-slim']);
});

test('what cannot be removed is named', async () => {
  builder.removeVolume = async () => { throw new Error('busy'); };
  await build();
  expect(events).toContainEqual(expect.objectContaining({ type: 'note', level: 'warning', message: expect.stringMatching(/docker volume rm kindbox-build-output-/) }));
});

test.each([
  [{ from: 'release' as const }, /later version/],
  [{ kubernetesVersion: 'v1.2.3' }, /v1\.36\.3 only/],
  [{ kubernetesVersion: 'latest' }, /form v1\.36\.3/],
  [{ tag: `a@sha256:${'0'.repeat(64)}` }, /tag can be chosen/],
])('%j is refused before anything is contacted', async (options, because) => {
  await expect(build(options)).rejects.toMatchObject({ reason: 'usage', because: expect.stringMatching(because) });
  expect(builder.calls).toEqual([]);
});
