import { parse } from 'smol-toml';
import { containerdDropIn } from '../../../src/containerd/patches.js';

const dropIn = (patch: string): unknown => parse(containerdDropIn(patch));

test('names of version 2 become those of version 3', () => {
  expect(dropIn(`version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "mine/pause:1"
  max_concurrent_downloads = 9
  stream_server_port = "1"
  enable_unprivileged_ports = false
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
  default_runtime_name = "other"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.other]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
  endpoint = ["http://mirror:5000"]
[plugins."io.containerd.gc.v1.scheduler"]
  startup_delay = "1s"
`)).toEqual({
    version: 3,
    plugins: {
      'io.containerd.grpc.v1.cri': { stream_server_port: '1' },
      'io.containerd.cri.v1.images': { pinned_images: { sandbox: 'mine/pause:1' }, max_concurrent_downloads: 9, snapshotter: 'native', registry: { mirrors: { 'docker.io': { endpoint: ['http://mirror:5000'] } } } },
      'io.containerd.cri.v1.runtime': { enable_unprivileged_ports: false, containerd: { default_runtime_name: 'other', runtimes: { other: { runtime_type: 'io.containerd.runc.v2' } } } },
      'io.containerd.gc.v1.scheduler': { startup_delay: '1s' },
    },
  });
});

test('the version is that of the names where none is said', () => {
  expect(dropIn('[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/a"')).toEqual({ version: 3, plugins: { 'io.containerd.cri.v1.images': { registry: { config_path: '/a' } } } });
  const three = '[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/a"\n[plugins."io.containerd.grpc.v1.cri"]\ndisable_tcp_service = true\n';
  expect(dropIn(three)).toEqual({ version: 3, ...parse(three) });
});

test.each([
  ['', /is empty/], ['version = 2', /is empty/], ['# nothing', /is empty/], ['a = ', /is not TOML/], ['version = 1\n[debug]\nlevel = "x"', /a version that is not 2 or 3/], ['version = "3"\na = 1', /a version/],
  ['imports = ["/etc/shadow"]', /sets imports/], [`a = ${'['.repeat(100_000)}`, /is not TOML/],
])('%j is refused', (patch, message) => {
  expect(() => containerdDropIn(patch)).toThrow(message);
});

test('the place of an error is told, and nothing of the text, which may hold a password', () => {
  let shown = '';
  try {
    containerdDropIn('[plugins.x]\npassword = "geheim" geheim\n');
  } catch (error) {
    shown = JSON.stringify([(error as Error).message, (error as { because?: string }).because]);
  }
  expect(shown).toContain('Line 2');
  expect(shown).not.toContain('geheim');
});

test('a field with the name of a prototype reaches nothing', () => {
  expect(() => containerdDropIn('["__proto__"]\nevil = 1\n')).not.toThrow(TypeError);
  expect(({} as { evil?: unknown }).evil).toBeUndefined();
});
