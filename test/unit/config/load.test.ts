import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { loadConfig } from '../../../src/config/load.js';
import { readConfig, viewConfig } from '../../../src/config/index.js';
import { FOLDER, load, OURS, refusal, source } from './support.js';

test('everything that the schema has becomes an option', async () => {
  const { options, warnings } = await readConfig(source(`${OURS}
name: demo
runtime: runc
image: my/node:1
kubernetesVersion: v1.36
subnet: 172.30.0.0/24
ipFamily: dual
kubeProxyMode: nftables
podSubnet: 10.200.0.0/16
serviceSubnet: 10.111.0.0/16
cni: ./own.yaml
apiServerPort: 6443
apiServerAddress: 0.0.0.0
kubeconfig: merge
wait: 1m30s
waitAll: true
controlPlane: {cpus: 2, kubeadmConfigPatches: ["kind: InitConfiguration\\nnodeRegistration: {imagePullSerial: true}"]}
workerDefaults: {memory: 1g}
workers:
- count: 2
  labels: {a: b, c: true}
- taints: [{key: d, effect: NoExecute}]
  mounts: [{hostPath: data, nodePath: /data, readOnly: true, propagation: rslave}]
  ports: [{nodePort: 30080, hostPort: 8080, protocol: udp}]
featureGates: {A: true}
runtimeConfig: {api/alpha: "false"}
kubeadmConfigPatches: [{kind: KubeletConfiguration, maxPods: 9}]
containerdConfigPatches: ['debug.level = "info"']
`));
  expect(warnings).toEqual([]);
  expect(options).toEqual({
    name: 'demo', runtime: 'runc', image: 'my/node:1', kubernetesVersion: 'v1.36', subnet: '172.30.0.0/24', ipFamily: 'dual', kubeProxyMode: 'nftables', podSubnet: '10.200.0.0/16',
    serviceSubnet: '10.111.0.0/16', cni: `${FOLDER}/own.yaml`, publish: 6443, apiServerAddress: '0.0.0.0', kubeconfig: 'merge', waitMs: 90_000, waitAll: true,
    controlPlane: { cpus: 2, kubeadmConfigPatches: ['kind: InitConfiguration\nnodeRegistration: {imagePullSerial: true}'] },
    workerDefaults: { memoryBytes: 2 ** 30 },
    numWorkers: 3,
    workers: [
      { labels: { a: 'b', c: 'true' } }, { labels: { a: 'b', c: 'true' } },
      {
        taints: [{ key: 'd', effect: 'NoExecute' }], mounts: [{ hostPath: `${FOLDER}/data`, nodePath: '/data', readOnly: true, propagation: 'rslave' }],
        ports: [{ nodePort: 30080, hostPort: 8080, protocol: 'udp' }],
      },
    ],
    featureGates: { A: true }, runtimeConfig: { 'api/alpha': 'false' },
    kubeadmConfigPatches: ['kind: KubeletConfiguration\nmaxPods: 9\n'], containerdConfigPatches: ['debug.level = "info"'],
  });
});

test('a file that says little leaves the rest to flags and defaults', async () => {
  expect((await readConfig(source(`${OURS}workers: 3\n`))).options).toEqual({ numWorkers: 3 });
});

test('all errors are told at once, in the order of the lines', async () => {
  expect(await refusal(`${OURS}wokers: 2
podSubnet: 10.244.0.0
kubeconfig: Merge
runtime: 7
workers:
- taints: [{effect: NoSchedule}]
- ports: [{nodePort: 99999}]
  memory: 3q
`)).toEqual([
    'stdin has 7 errors',
    'stdin:3:1: there is no field "wokers"; did you mean "workers"?',
    'stdin:4:12: podSubnet: "10.244.0.0" is not an IPv4 subnet. It has the form 10.244.0.0/16.',
    'stdin:5:13: kubeconfig: "Merge" is not one of separate, merge, none; did you mean "merge"?',
    'stdin:6:10: runtime: 7 is not a text; put it in quotes',
    'stdin:8:12: workers[0].taints[0].key: it is missing; a text is expected',
    'stdin:9:22: workers[1].ports[0].nodePort: 99999 is not a number of at most 65535',
    'stdin:10:11: workers[1].memory: "3q" is not an amount of memory. It has the form 2g, 512m or 1.5Gi.',
  ]);
});

test.each<[string, string, RegExp]>([
  ['a field of another case', 'podsubnet: 10.0.0.0/16', /^stdin:3:1: .*did you mean "podSubnet"/],
  ['a field that is like none', 'zzzzzzzz: 1', /there is no field "zzzzzzzz"; allowed are apiVersion, kind, name,/],
  ['a text for a list', 'workers: many', /^stdin:3:10: workers: "many" is not a number or a list$/],
  ['a list for a text', 'name: [a]', /name: a list is not a text$/],
  ['nothing', 'name:', /name: an empty value is not a text/],
  ['a label that is none', 'workerDefaults: {labels: {"a b": c}}', /^stdin:3:34: workerDefaults\.labels\.a b: "a b=c" is not a label/],
  ['a feature gate that is none', 'featureGates: {"a,b": true}', /"a,b" is not a feature gate/],
  ['an API that is none', 'runtimeConfig: {"a=b,c": "true"}', /"a=b,c" is not an API/],
  ['too little memory', 'workerDefaults: {memory: 100m}', /needs at least/],
  ['two networks', 'network: mine\nsubnet: 172.30.0.0/24', /^stdin:4:9: subnet: .*Leave out/],
  ['a small subnet', 'subnet: 172.30.0.0/29\nworkers: 9', /^stdin:3:9: subnet: .*too small for 9 workers/],
  ['overlapping subnets', 'podSubnet: 10.96.0.0/16', /^stdin:3:12: podSubnet: .*overlaps/],
  ['pods in the Services', 'serviceSubnet: 10.244.0.0/16', /^stdin:3:16: serviceSubnet: .*overlaps/],
  ['a port of two workers', 'workers:\n- count: 2\n  ports: [{nodePort: 80, hostPort: 80}]', /^stdin:5:36: workers\[0\]\.ports\[0\]\.hostPort: .*published once/],
  ['the port of the API server', 'apiServerPort: 6443\ncontrolPlane: {ports: [{nodePort: 80, hostPort: 6443}]}', /published once/],
  ['IPv6 for a CNI that has none', 'cni: calico\nipFamily: dual', /^stdin:4:11: ipFamily: .*IPv4 alone/],
  ['a host that is none', 'apiServerAddress: "a:1"', /^stdin:3:19: apiServerAddress: .*not a host name/],
  ['too many workers', 'workers: [{count: 300}, {count: 300}]', /These are 600 workers/],
  ['a patch of a kind that is none', 'kubeadmConfigPatches: ["kind: ClusterConfig"]', /^stdin:3:24: kubeadmConfigPatches\[0\]: .*"ClusterConfig"/],
  ['a patch without effect', 'workerDefaults:\n  kubeadmConfigPatches: [{kind: KubeletConfiguration}]', /no effect on a worker alone/],
  ['a patch of what kindbox decides', 'kubeadmConfigPatches: [{kind: ClusterConfiguration, clusterName: x}]', /sets clusterName, which kindbox decides/],
  ['containerd\'s configuration that is no TOML', 'containerdConfigPatches:\n- "a = "', /^stdin:4:3: containerdConfigPatches\[0\]: .*not TOML/],
])('%s', async (_, text, message) => {
  expect((await refusal(`${OURS}${text}\n`))[0]).toMatch(message);
});

test('an address of its own makes a port free for each', async () => {
  const { config } = await load(`${OURS}workers: [{ports: [{nodePort: 1, hostPort: 80, hostAddress: 127.0.0.1}]}, {ports: [{nodePort: 1, hostPort: 80, hostAddress: 127.0.0.2}]}]`);
  expect(config?.workers).toHaveLength(2);
});

test.each([
  ['no version', 'kind: Cluster\n', /^stdin:1:1: apiVersion is missing; it is kindbox.dev\/v1alpha1, or kind\.x-k8s\.io\/v1alpha4/],
  ['a version of tomorrow', 'kind: Cluster\napiVersion: kindbox.dev/v1alpha2\n', /^stdin:2:13: .*did you mean "kindbox.dev\/v1alpha1"/],
  ['an old version of kind\'s', 'apiVersion: kind.x-k8s.io/v1alpha3\n', /did you mean "kind.x-k8s.io\/v1alpha4"/],
  ['nothing', '', /^stdin:1:1: there is no configuration in it/],
  ['a comment', '# nothing\n---\n', /there is no configuration in it/],
  ['a text', 'hello', /apiVersion is missing/],
  ['two documents', `${OURS}---\n${OURS}`, /^stdin:4:1: this is a second document/],
  ['no YAML', `${OURS}a: b: c\n`, /^stdin:3:.* this is not YAML/],
  ['a field twice', `${OURS}name: a\nname: b\n`, /^stdin:4:1: this is not YAML: Map keys must be unique/],
])('%s', async (_, text, message) => {
  expect((await refusal(text))[0]).toMatch(message);
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-config-')); });
  afterAll(() => rm(folder, { recursive: true }));

  test('paths in a file are relative to it', async () => {
    await writeFile(join(folder, 'a.yaml'), `${OURS}cni: cni.yaml\nworkerDefaults: {mounts: [{hostPath: ., nodePath: /here}]}\n`);
    const { options } = await readConfig({ path: join(folder, 'a.yaml'), workingFolder: '/' });
    expect(options).toEqual({ cni: join(folder, 'cni.yaml'), workerDefaults: { mounts: [{ hostPath: folder, nodePath: '/here' }] } });
  });

  test.each([
    ['that is not there', 'absent.yaml', /cannot be read/], ['that is a folder', '.', /cannot be read/], ['without an end', '/dev/zero', /too large/],
  ])('a file %s', async (_, path, message) => {
    await expect(loadConfig({ path, workingFolder: folder })).rejects.toThrow(message);
  });

  test('what is not text', async () => {
    await expect(loadConfig({ path: '-', stdin: Readable.from([Buffer.from([0xff, 0xfe, 0x00])]), workingFolder: folder })).rejects.toThrow(/not text in UTF-8/);
  });
});

test('the effective configuration has the defaults, and says the same when it is read again', async () => {
  const { yaml, config } = await viewConfig(source(`${OURS}workers: [{labels: {on: "yes"}, ports: [{nodePort: 80}]}]\nname: demo\n`), {});
  expect(config).toEqual({
    apiVersion: 'kindbox.dev/v1alpha1', kind: 'Cluster', name: 'demo', runtime: 'sysbox-runc', kubernetesVersion: 'v1.36.3', podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/12', cni: 'flannel', kubeconfig: 'separate', wait: '5m', waitAll: false,
    workers: [{ count: 1, labels: { on: 'yes' }, ports: [{ nodePort: 80, hostPort: 0, protocol: 'tcp' }] }],
  });
  expect((await viewConfig(source(yaml), {})).yaml).toBe(yaml);
  expect((await viewConfig(source(yaml), { KINDBOX_RUNTIME: 'runc' })).config.runtime).toBe('runc');
});
