import { writeFile, rm } from 'node:fs/promises';
import { CACHE_VOLUME } from '../../../src/images/build/names.js';
import { Fixture, TAG } from './fixture.js';

const f = new Fixture();
const RELEASE = { from: 'release' as const };

test('downloads in place of compiling, and leaves only what is a cache', async () => {
  const result = await f.build(RELEASE);
  expect(f.builder.calls.slice(2, 4).sort()).toEqual(['build kindbox/fetcher', 'build kindbox/node-stage']);
  expect(f.builder.calls.slice(4)).toEqual(['run /src/fetch.sh', 'run /usr/local/lib/kindbox/assemble', `commit ${TAG}`]);
  expect(f.builder.containers.size).toBe(0);
  expect([...f.builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(result).toMatchObject({ image: TAG, kubernetesVersion: 'v1.36.3', cached: false });
});

test('the script gets proxies and certificates, the host\'s architecture, and addresses as files, not as arguments', async () => {
  const bundle = `${f.folder}-ca`;
  await writeFile(bundle, 'CERTIFICATE');
  const environment = { HTTPS_PROXY: 'http://proxy:1', GOPROXY: 'https://goproxy', SSL_CERT_FILE: bundle, SECRET: 'x' };
  const mirrors = { mirrors: ['github=https://me:secret@mirror'], registryMirrors: ['ghcr.io=http://registry:5000'] };
  await f.build({ ...RELEASE, ...mirrors }, { environment }).finally(() => rm(bundle));
  const [download, assemble] = f.builder.runs;
  expect(download?.spec).toMatchObject({ argv: ['/src/fetch.sh'], nodePrivileges: false });
  expect(download?.spec.environment).toEqual({
    HTTPS_PROXY: environment.HTTPS_PROXY, https_proxy: environment.HTTPS_PROXY,
    SSL_CERT_FILE: '/kindbox-ca.crt', GIT_SSL_CAINFO: '/kindbox-ca.crt', KUBERNETES_VERSION: 'v1.36.3', ARCHITECTURE: 'amd64',
  });
  const files = download?.files.get('/src')?.toString();
  for (const content of ['https://me:secret@mirror/containerd/', 'hosts/ghcr.io/hosts.toml', 'http://registry:5000/v2', 'ghcr.io/flannel-io/flannel:v0.28.4']) {
    expect(files).toContain(content);
  }
  expect(assemble?.spec).toMatchObject({ environment: {}, nodePrivileges: true });
  expect(JSON.stringify(f.events)).not.toContain('secret');
});

test('a version without pinned sources is built, and the user is told that it was not tried', async () => {
  const result = await f.build({ ...RELEASE, kubernetesVersion: '1.35.2' });
  expect(result).toMatchObject({ image: 'nestybox/k8s-node:v1.35.2', kubernetesVersion: 'v1.35.2' });
  expect(f.events).toContainEqual(expect.objectContaining({ type: 'note', message: expect.stringMatching(/v1\.35\.2 is not one of the versions.*v1\.36\.3/) }));
});

test('an image of sources is not one of releases; the compiler stays for the next build from source', async () => {
  await f.build();
  const result = await f.build({ ...RELEASE, tag: 'mine:1' });
  expect(result.cached).toBe(false);
  expect(await f.builder.listImages('kindbox/builder')).toHaveLength(1);
  expect(await f.build({ ...RELEASE, tag: 'mine:2', mirrors: ['github=https://mirror'] })).toMatchObject({ cached: true, id: result.id });
});

test('what the script says of its failure is the failure', async () => {
  f.builder.script = async ({ argv, onLine }) => {
    if (argv[0] !== '/src/fetch.sh') return 0;
    onLine('::step downloads Downloading');
    onLine('::failed checksum https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubelet');
    return 1;
  };
  await expect(f.build(RELEASE)).rejects.toMatchObject({ reason: 'image', message: expect.stringMatching(/^The checksum of .*kubelet is wrong$/) });
  expect(f.builder.containers.size).toBe(0);
  expect([...f.builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(f.builder.images.has(TAG)).toBe(false);
});
