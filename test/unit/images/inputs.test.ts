import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suiteOf } from '../../../src/images/build/base-suite.js';
import { proxyVariables } from '../../../src/host/proxy.js';
import { certificateAuthorities, proxyOutOfReach } from '../../../src/images/build/host-environment.js';
import { validateBuildOptions, type BuildOptions } from '../../../src/images/build/options.js';
import { inputsOf } from '../../../src/images/build/names.js';
import { mirrorsOf } from '../../../src/images/build/release/mirrors.js';
import { hashOf, readSourceTree, tarOf, type SourceEntry } from '../../../src/images/build/source-tree.js';
import { defaultImageFor, DEFAULT_KUBERNETES_VERSION, splitReference, supportedKubernetesVersions } from '../../../src/images/references.js';

const file = (path: string, content = path, executable = false): SourceEntry => ({ path, kind: 'file', executable, content: Buffer.from(content) });
const TREE = [file('Dockerfile'), file('README.md'), file('release/Dockerfile', 'r'), file('rootfs/a'), file('source/Dockerfile'), file('source/compile.sh', 'x', true)];
const mirrors = mirrorsOf({}, {});
const REQUEST = { kubernetesVersion: 'v1.36.3', base: 'debian:bookworm-slim', from: 'source' as const, reference: 'a:b', force: false, mirrors, target: 'kindbox' as const, layout: 'shared' as const, cri: 'containerd' as const };

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-tree-')); });
afterEach(() => rm(folder, { recursive: true }));

describe('hashOf', () => {
  const hash = hashOf(TREE, { base: 'a', version: '1' });

  test('does not depend on the order of files or settings', () => {
    expect(hashOf([...TREE].reverse(), { version: '1', base: 'a' })).toBe(hash);
  });
  test.each<[string, SourceEntry[]]>([
    ['content', [...TREE.slice(0, -1), file('source/compile.sh', 'y', true)]],
    ['an executable bit', [...TREE.slice(0, -1), file('source/compile.sh', 'x')]],
    ['a path', [...TREE.slice(0, -1), file('source/compile', 'x', true)]],
    ['where one file ends and the next begins', [...TREE.slice(0, 3), file('rootfs', '/arootfs/a'), ...TREE.slice(4)]],
  ])('depends on %s', (_what, tree) => {
    expect(hashOf(tree, { base: 'a', version: '1' })).not.toBe(hash);
  });
  test('depends on the settings', () => {
    expect(hashOf(TREE, { base: 'b', version: '1' })).not.toBe(hash);
  });
});

test('a tree is read with links, modes and sorted paths', async () => {
  await mkdir(join(folder, 'b'));
  await writeFile(join(folder, 'b', 'run'), 'run');
  await chmod(join(folder, 'b', 'run'), 0o750);
  await writeFile(join(folder, 'a'), 'a');
  await symlink('../a', join(folder, 'b', 'link'));
  expect(await readSourceTree(folder)).toEqual([
    file('a'),
    { path: 'b/link', kind: 'link', executable: false, content: Buffer.from('../a') },
    file('b/run', 'run', true),
  ]);
});

test('the same tree makes the same archive', async () => {
  const bytes = async () => Buffer.concat(await (await tarOf(TREE)).toArray() as Buffer[]);
  const archive = await bytes();
  expect(archive.equals(await bytes())).toBe(true);
  expect(archive.length % 512).toBe(0);
  expect(archive.includes('source/compile.sh')).toBe(true);
});

test('the builder follows from its Dockerfile alone, the stage from everything but the sources', () => {
  const inputs = inputsOf(TREE, REQUEST, 'amd64');
  const compiled = inputsOf([...TREE.slice(0, -1), file('source/compile.sh', 'y', true)], REQUEST, 'amd64');
  expect(compiled).toMatchObject({ builderReference: inputs.builderReference, stageReference: inputs.stageReference });
  expect(compiled.contentHash).not.toBe(inputs.contentHash);
  const stage = inputsOf([...TREE, file('rootfs/b')], REQUEST, 'amd64');
  expect(stage.builderReference).toBe(inputs.builderReference);
  expect(stage.stageReference).not.toBe(inputs.stageReference);
  expect(inputsOf(TREE, { ...REQUEST, reference: 'other:tag', force: true }, 'amd64').contentHash).toBe(inputs.contentHash);
  expect(inputsOf(TREE, REQUEST, 'arm64').contentHash).not.toBe(inputs.contentHash);
  expect(inputs.stageFiles.map(({ path }) => path)).toEqual(['Dockerfile', 'rootfs/a']);
});

test.each([
  ['debian:bookworm-slim', 'debian', 'bookworm'],
  ['docker.io/library/debian:trixie-20250908-slim', 'debian', 'trixie'],
  ['debian:12.11-slim', 'debian', 'bookworm'],
  ['debian', 'debian', 'stable'],
  ['ubuntu:24.04', 'ubuntu', 'noble'],
  ['ubuntu:jammy', 'ubuntu', 'jammy'],
])('%s is made of %s %s', (reference, distribution, suite) => {
  expect(suiteOf(reference)).toEqual({ distribution, suite });
});

test.each(['fedora:43', 'me/debian:bookworm', 'localhost:5000/debian:bookworm', `debian@sha256:${'0'.repeat(64)}`, 'debian:--evil', 'debian:7.1'])(
  '%s cannot be made of packages', (reference) => { expect(suiteOf(reference)).toBeUndefined(); },
);

test('references are split at the colon of the tag', () => {
  expect(splitReference('localhost:5000/a/b')).toEqual({ repository: 'localhost:5000/a/b', tag: undefined, digest: undefined });
  expect(splitReference('localhost:5000/a/b:1')).toMatchObject({ repository: 'localhost:5000/a/b', tag: '1' });
});

test('the versions of nodes with Docker inside can be compiled, too', async () => {
  const versions = await supportedKubernetesVersions();
  expect(versions).toContain('v1.23.17');
  expect(versions.at(-1)).toBe(DEFAULT_KUBERNETES_VERSION);
});

test.each<Partial<BuildOptions>>([{ target: 'kind' }, { layout: 'ordinary' }, { from: 'release' }])('but not as %j', (options) => {
  const build = (more: Partial<BuildOptions>) => validateBuildOptions({ kubernetesVersion: 'v1.23.17', from: 'source', force: false, ...more }, ['v1.23.17', 'v1.36.3'], {});
  expect(build({})).toMatchObject({ cri: 'docker', reference: 'nestybox/k8s-node:v1.23.17' });
  expect(() => build(options)).toThrow(expect.objectContaining({ reason: 'usage' }));
});

test('the default version is one whose sources are here', async () => {
  expect(await supportedKubernetesVersions()).toContain(DEFAULT_KUBERNETES_VERSION);
  expect(defaultImageFor('v1.2.3')).toBe('nestybox/k8s-node:v1.2.3');
});

test('proxies are passed in both cases, the lower one wins', () => {
  expect(proxyVariables({ http_proxy: 'http://a', HTTP_PROXY: 'http://b', NO_PROXY: '', HOME: '/x' })).toEqual({ HTTP_PROXY: 'http://a', http_proxy: 'http://a' });
  expect(proxyOutOfReach({ HTTPS_PROXY: 'http://me:pw@127.0.0.1:3128' })).toBe(true);
  expect(proxyOutOfReach({ HTTPS_PROXY: 'http://proxy.corp:3128' })).toBe(false);
});

test('certificates: the first bundle that is there, and what Node trusts besides', async () => {
  const path = (name: string) => join(folder, name);
  await writeFile(path('bundle'), 'B');
  await writeFile(path('extra'), 'E');
  const content = async (environment: Record<string, string>, usual: string[] = []) => (await certificateAuthorities(environment, usual))?.file.content.toString();
  expect(await content({}, [path('absent'), path('bundle')])).toBe('B\n');
  expect(await content({ SSL_CERT_FILE: path('absent') }, [path('bundle')])).toBe('B\n');
  expect(await content({ SSL_CERT_FILE: path('extra') }, [path('bundle')])).toBe('E\n');
  expect(await content({ NODE_EXTRA_CA_CERTS: path('extra') }, [path('bundle')])).toBe('B\nE\n');
  expect(await content({ SSL_CERT_FILE: path('extra'), NODE_EXTRA_CA_CERTS: path('extra') })).toBe('E\n');
  expect(await content({})).toBeUndefined();
});

test('a build follows from what it is made of: neither documents nor the other way to build count', () => {
  const source = inputsOf(TREE, REQUEST, 'amd64');
  const release = inputsOf(TREE, { ...REQUEST, from: 'release' }, 'amd64');
  expect(release.stageReference).toBe(source.stageReference);
  expect([source.builderReference, release.builderReference]).toEqual([expect.stringMatching(/^kindbox\/builder:/), expect.stringMatching(/^kindbox\/fetcher:/)]);
  const changed = [...TREE.filter(({ path }) => path !== 'README.md'), file('README.md', 'other'), file('release/README.md'), file('release/fetch.sh')];
  expect(inputsOf(changed, REQUEST, 'amd64').contentHash).toBe(source.contentHash);
  expect(inputsOf(changed, { ...REQUEST, from: 'release' }, 'amd64').contentHash).not.toBe(release.contentHash);
  expect(release.contentHash).not.toBe(source.contentHash);
});
