import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { additionalImages, componentVersions, downloadList, releaseDownloads } from '../../../src/images/build/release/downloads.js';
import { releaseFailure } from '../../../src/images/build/release/failures.js';
import { hostsFiles, mirrorsOf } from '../../../src/images/build/release/mirrors.js';
import { validateReleaseVersion } from '../../../src/images/build/release/versions.js';
import { readSourceTree } from '../../../src/images/build/source-tree.js';
import { nodeImageFolder } from '../../../src/images/references.js';

const DIRECT = mirrorsOf({}, {});
const MIRRORED = mirrorsOf({
  mirrors: ['kubernetes=https://mirror.example/k8s/', 'github=http://me:secret@files.example:8080'],
  registryMirrors: ['registry.k8s.io=http://registry.example:5000', 'ghcr.io=https://harbor.example/github'],
}, {});
const VERSIONS = { containerd: 'v2.1.8', runc: 'v1.3.6', cniPlugins: 'v1.9.1', flannelCniPlugin: 'v1.9.1-flannel1', flannel: 'v0.28.4' };

const urls = (architecture: string, mirrors = DIRECT): (readonly [string, string])[] =>
  releaseDownloads('v1.35.2', VERSIONS, architecture, mirrors).map(({ url, checksumsUrl }) => [url, checksumsUrl]);

test('what is downloaded, and where its checksum is published', () => {
  const k8s = 'https://dl.k8s.io/release/v1.35.2/bin/linux/arm64';
  const containerd = 'https://github.com/containerd/containerd/releases/download/v2.1.8/containerd-2.1.8-linux-arm64.tar.gz';
  const runc = 'https://github.com/opencontainers/runc/releases/download/v1.3.6';
  const plugins = 'https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-arm64-v1.9.1.tgz';
  const flannel = 'https://github.com/flannel-io/cni-plugin/releases/download/v1.9.1-flannel1/cni-plugin-flannel-linux-arm64-v1.9.1.tgz';
  expect(urls('arm64')).toEqual([
    [`${k8s}/kubeadm`, `${k8s}/kubeadm.sha256`],
    [`${k8s}/kubelet`, `${k8s}/kubelet.sha256`],
    [`${k8s}/kubectl`, `${k8s}/kubectl.sha256`],
    [containerd, `${containerd}.sha256sum`],
    [`${runc}/runc.arm64`, `${runc}/runc.sha256sum`],
    [plugins, `${plugins}.sha256`],
    [flannel, `${flannel}.sha256`],
  ]);
});

test('a mirror takes the place of the address, and of nothing behind it', () => {
  const direct = urls('amd64').flat();
  expect(urls('amd64', MIRRORED).flat()).toEqual(direct.map((url) => url
    .replace('https://dl.k8s.io', 'https://mirror.example/k8s')
    .replace('https://github.com', 'http://me:secret@files.example:8080')));
});

test('the script is told which programs go where', () => {
  const lines = downloadList(releaseDownloads('v1.35.2', VERSIONS, 'amd64', DIRECT)).trimEnd().split('\n').map((line) => line.split('\t'));
  expect(lines.map(([, , name, programs]) => [name, programs])).toEqual([
    ['kubeadm', '=usr/local/bin/kubeadm'],
    ['kubelet', '=usr/local/bin/kubelet'],
    ['kubectl', '=usr/local/bin/kubectl'],
    ['containerd-2.1.8-linux-amd64.tar.gz', 'bin/containerd=usr/local/bin/containerd bin/containerd-shim-runc-v2=usr/local/bin/containerd-shim-runc-v2 bin/ctr=usr/local/bin/ctr'],
    ['runc.amd64', '=usr/local/bin/runc'],
    ['cni-plugins-linux-amd64-v1.9.1.tgz', expect.stringContaining('host-local=opt/cni/bin/host-local loopback=opt/cni/bin/loopback')],
    ['cni-plugin-flannel-linux-amd64-v1.9.1.tgz', 'flannel-amd64=opt/cni/bin/flannel'],
  ]);
});

test('the image of flannel is the one that its manifest names', async () => {
  const versions = componentVersions((await readSourceTree(join(nodeImageFolder(), 'release'))));
  const manifest = await readFile(new URL('../../../src/cni/manifests/flannel.yaml', import.meta.url), 'utf8');
  expect([...manifest.matchAll(/image: (\S+)/g)].map(([, image]) => image)).toEqual(additionalImages(versions));
});

test('a registry\'s mirror is asked in its stead; one with a path has its API below /v2', () => {
  expect(hostsFiles(DIRECT)).toEqual([]);
  expect(hostsFiles(MIRRORED).map(({ path, content }) => [path, content.toString()])).toEqual([
    ['hosts/registry.k8s.io/hosts.toml', 'server = "http://registry.example:5000/v2"\ncapabilities = ["pull", "resolve"]\noverride_path = true\n'],
    ['hosts/ghcr.io/hosts.toml', 'server = "https://harbor.example/v2/github"\ncapabilities = ["pull", "resolve"]\noverride_path = true\n'],
  ]);
});

test('what was asked for comes before the environment, one name at a time', () => {
  const environment = { KINDBOX_MIRROR: 'kubernetes=https://a, github=https://b', KINDBOX_REGISTRY_MIRROR: 'ghcr.io=https://c' };
  const { bases, registries } = mirrorsOf({ mirrors: ['github=https://d'] }, environment);
  expect(bases).toEqual({ kubernetes: 'https://a', github: 'https://d' });
  expect(registries['ghcr.io']?.href).toBe('https://c/');
  expect(mirrorsOf({}, { KINDBOX_MIRROR: '' })).toEqual(DIRECT);
});

test.each([
  [{ mirrors: ['https://mirror'] }, /NAME is one of kubernetes, github/],
  [{ mirrors: ['kubernetes='] }, /http:\/\/ or https:\/\//],
  [{ mirrors: ['github=ftp://mirror'] }, /http:\/\/ or https:\/\//],
  [{ mirrors: ['github=https://mirror?x=1'] }, /without a query/],
  [{ registryMirrors: ['quay.io=https://mirror'] }, /registry\.k8s\.io, ghcr\.io, docker\.io/],
  [{ registryMirrors: ['ghcr.io=https://me:secret@mirror'] }, /without credentials/],
])('%j is not a mirror', (options, because) => {
  let failure: unknown;
  try { mirrorsOf(options, {}); } catch (error) { failure = error; }
  expect(failure).toMatchObject({ reason: 'usage', because: expect.stringMatching(because) });
  expect(JSON.stringify(failure)).not.toContain('secret');
});

test.each(['v1.31.0', 'v1.35.2', 'v1.37.9'])('%s can be downloaded, pinned or not', (version) => {
  expect(() => validateReleaseVersion(version, ['v1.34.4', 'v1.36.3'])).not.toThrow();
});

describe('what the script could not do', () => {
  const failure = (line: string, mirrors = DIRECT, log = 'downloaded kubectl') =>
    releaseFailure({ kubernetesVersion: 'v1.35.2', mirrors }, 1, `${log}\n${line}`);

  test.each([
    ['::failed missing https://dl.k8s.io/a', DIRECT, /^There is no https:/, /no release v1\.35\.2/],
    ['::failed missing https://mirror.example/k8s/a', MIRRORED, /^The mirror does not have/, /404/],
    ['::failed missing http://***@files.example:8080/a', MIRRORED, /^The mirror does not have/, /404/],
    ['::failed unlisted https://dl.k8s.io/a', DIRECT, /has no checksum/, /published/],
    ['::failed checksum https://dl.k8s.io/a', DIRECT, /^The checksum of https:\/\/dl\.k8s\.io\/a is wrong$/, /thrown away/],
    ['::failed download https://dl.k8s.io/a', DIRECT, /could not be downloaded/, /broke off/],
    ['::failed registry ghcr.io/flannel:1', MIRRORED, /^The pod image ghcr\.io\/flannel:1 /, /mirror of ghcr\.io, harbor\.example,/],
    ['::failed registry ghcr.io/flannel:1', DIRECT, /^The pod image ghcr\.io\/flannel:1 /, /^Either ghcr\.io cannot/],
    ['::failed containerd /out/containerd', DIRECT, /does not start/, /architecture/],
    ['tar: gzip: not a tar', DIRECT, /^Downloading Kubernetes v1\.35\.2 failed$/, /exit code 1/],
  ])('%s', (line, mirrors, message, because) => {
    const error = failure(line, mirrors);
    expect(error).toMatchObject({ reason: 'image', message: expect.stringMatching(message), because: expect.stringMatching(because) });
    expect(error.next.length).toBeGreaterThan(0);
    expect(error.logTail).not.toContain('::failed');
  });

  test('the first of several failures is told', () => {
    expect(failure('::failed checksum https://a\n::failed download https://b').message).toContain('https://a');
  });

  test('an image that the registry does not have is not taken for a registry out of reach', () => {
    expect(failure('::failed registry ghcr.io/a:1', DIRECT, 'ctr: ghcr.io/a:1: not found').because).toContain('does not have it');
  });

  test.each(['ctr: x509: certificate signed by unknown authority', 'curl: (60) SSL certificate problem: unable to get local issuer certificate'])('%s', (log) => {
    for (const line of ['::failed registry ghcr.io/a:1', '::failed download https://a']) {
      expect(failure(line, DIRECT, log).because).toContain('not trusted');
    }
  });
});
