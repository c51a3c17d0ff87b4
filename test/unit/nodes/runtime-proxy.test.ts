import { extract } from 'tar-stream';
import { proxySecrets } from '../../../src/host/proxy.js';
import { nodeArchive } from '../../../src/provider/docker/node-files.js';
import { chooseProxy, exempting, parseProxyFile, PROXY_FILE, proxyFiles } from '../../../src/nodes/runtime-proxy.js';

const URL_WITH_PASSWORD = 'http://me:a"b$c%23d@proxy.corp:3128';

test('without variables of proxies there is nothing', () => {
  expect(chooseProxy({ NO_PROXY: 'corp', PATH: '/bin' })).toEqual({ proxy: undefined, warnings: [] });
});

test('either case is taken, and both are given', () => {
  const { proxy } = chooseProxy({ https_proxy: 'http://a:1', HTTP_PROXY: 'http://b:1' });
  expect(proxy?.variables).toEqual({ HTTPS_PROXY: 'http://a:1', https_proxy: 'http://a:1', HTTP_PROXY: 'http://b:1', http_proxy: 'http://b:1' });
});

test('the user\'s exemptions come first, and each once', () => {
  const { proxy } = chooseProxy({ HTTPS_PROXY: 'http://a:1', no_proxy: 'corp, localhost 10.0.0.0/8' }, ['10.96.0.0/12', 'demo-master']);
  expect(proxy?.exempt).toEqual([
    'corp', 'localhost', '10.0.0.0/8', '127.0.0.0/8', '::1', '.svc', '.svc.cluster.local', '.cluster.local', '10.96.0.0/12', 'demo-master',
  ]);
  expect(exempting(proxy!, ['corp', '172.18.0.0/16']).exempt.slice(-2)).toEqual(['demo-master', '172.18.0.0/16']);
});

test.each(['http://localhost:3128', 'localhost:3128', 'http://me:secret@127.0.0.1:3128', 'http://[::1]:3128'])('%s is of no use to a node, which is said without its password', (url) => {
  const { proxy, warnings } = chooseProxy({ HTTP_PROXY: url, HTTPS_PROXY: 'http://proxy.corp:3128' });
  expect(Object.keys(proxy?.variables ?? {})).toEqual(['HTTPS_PROXY', 'https_proxy']);
  expect(warnings).toEqual([expect.stringMatching(/^HTTP_PROXY names a loopback address/)]);
  expect(warnings.join('')).not.toContain('secret');
});

test('no value becomes a line of its own', () => {
  const { proxy, warnings } = chooseProxy({ HTTP_PROXY: 'http://a:1\nLD_PRELOAD=/x' });
  expect(proxy).toBeUndefined();
  expect(warnings).toEqual([expect.stringMatching(/^HTTP_PROXY is no address/)]);
});

describe.each([['containerd', 'containerd.service'], ['docker', 'docker.service'], [undefined, 'containerd.service']])('files for a node with %s', (cri, unit) => {
  const { proxy } = chooseProxy({ HTTPS_PROXY: URL_WITH_PASSWORD, NO_PROXY: 'corp' });
  const files = proxyFiles(cri, proxy!);

  test('its unit reads what root alone can read', () => {
    expect(files.map(({ path, mode }) => [path, mode])).toEqual([[PROXY_FILE, 0o600], [`/etc/systemd/system/${unit}.d/50-kindbox-proxy.conf`, 0o644]]);
    expect(files[1]?.content).toBe(`[Service]\nEnvironmentFile=-${PROXY_FILE}\n`);
  });

  test('what is special to systemd is escaped, and read again as it was', () => {
    expect(files[0]?.content).toContain('HTTPS_PROXY="http://me:a\\"b\\$c%23d@proxy.corp:3128"\n');
    expect(parseProxyFile(files[0]?.content ?? '')).toEqual(proxy);
  });

  test('in an archive they have their modes, and their folders are the usual ones', async () => {
    const entries: unknown[] = [];
    const reader = extract();
    reader.end(await nodeArchive(files));
    for await (const entry of reader) {
      entries.push([entry.header.name, entry.header.mode]);
      entry.resume();
    }
    expect(entries).toEqual([['etc/kindbox/', 0o755], [`etc/systemd/system/${unit}.d/`, 0o755], ['etc/kindbox/proxy.env', 0o600], [`etc/systemd/system/${unit}.d/50-kindbox-proxy.conf`, 0o644]]);
  });
});

test('what is no such file is none', () => {
  for (const content of ['', 'HTTP_PROXY=x', 'NO_PROXY="a"\n']) expect(parseProxyFile(content)).toBeUndefined();
});

test('a password is known as it is written and as it is meant', () => {
  expect(proxySecrets({ https_proxy: 'http://me:p%23w@corp:1', HTTP_PROXY: 'token@corp:1', NO_PROXY: 'corp' })).toEqual(expect.arrayContaining(['p%23w', 'p#w', 'token']));
  expect(proxySecrets({ HTTP_PROXY: 'http://corp:1/@' })).toEqual([]);
});
