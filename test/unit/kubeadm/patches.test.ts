import { parseAllDocuments } from 'yaml';
import { initConfig, type InitSettings } from '../../../src/kubeadm/init-config.js';
import { joinConfig } from '../../../src/kubeadm/join-config.js';
import { parseKubeadmPatch, requireEffect, withPatches } from '../../../src/kubeadm/patches.js';
import { containerRuntime } from '../../../src/nodes/container-runtime.js';

const settings: InitSettings = {
  clusterName: 'demo', nodeName: 'demo-master', kubernetesVersion: 'v1.36.3', runtime: containerRuntime('containerd'), podSubnet: '10.244.0.0/16', certificateNames: ['build.example'],
  token: 'abcdef.0123456789abcdef', cgroupVersion: 2, schedulableControlPlane: false,
};

type Document = Record<string, Record<string, unknown>>;

function documents(yaml: string): Record<string, Document> {
  return Object.fromEntries(parseAllDocuments(yaml).map((document) => document.toJS() as Document & { kind: string }).map((document) => [document.kind, document]));
}

const patched = (patch: string, more: Partial<InitSettings> = {}): Record<string, Document> => documents(initConfig({ ...settings, ...more, patches: parseKubeadmPatch(patch) }));

test('a patch changes what it names, and nothing else', () => {
  const before = documents(initConfig(settings));
  const after = patched('kind: KubeletConfiguration\nmaxPods: 9\nevictionHard: {nodefs.available: null}\n');
  expect(after['KubeletConfiguration']).toEqual({ ...before['KubeletConfiguration'], maxPods: 9, evictionHard: { 'nodefs.inodesFree': '0%', 'imagefs.available': '0%' } });
  expect({ ...after, KubeletConfiguration: undefined }).toEqual({ ...before, KubeletConfiguration: undefined });
});

test('one text may patch several documents, and a later patch wins', () => {
  const after = patched('kind: KubeletConfiguration\nmaxPods: 9\n---\nkind: KubeProxyConfiguration\nmode: nftables\n---\nkind: KubeletConfiguration\nmaxPods: 10\n---\n');
  expect([after['KubeletConfiguration']?.['maxPods'], after['KubeProxyConfiguration']?.['mode']]).toEqual([10, 'nftables']);
});

test.each([
  ['a map, the form up to v1beta3', 'kubeadm.k8s.io/v1beta3', '{event-ttl: 2h, v: 4}'], ['a list, the form of v1beta4', 'kubeadm.k8s.io/v1beta4', '[{name: event-ttl, value: 2h}, {name: v, value: "4"}]'],
])('arguments as %s, reach kubeadm in the form of its version, beside those of kindbox', (_, apiVersion, extraArgs) => {
  const patch = `apiVersion: ${apiVersion}\nkind: ClusterConfiguration\napiServer:\n  extraArgs: ${extraArgs}\n`;
  const gates = { featureGates: { A: true } };
  expect(patched(patch, gates)['ClusterConfiguration']?.['apiServer']?.['extraArgs']).toEqual([{ name: 'feature-gates', value: 'A=true' }, { name: 'event-ttl', value: '2h' }, { name: 'v', value: '4' }]);
  expect(patched(patch, { ...gates, kubernetesVersion: 'v1.29.6' })['ClusterConfiguration']?.['apiServer']?.['extraArgs']).toMatchObject({ 'feature-gates': 'A=true', 'event-ttl': '2h' });
});

test('certificates stay valid for the names by which kindbox reaches the API server', () => {
  const names = patched('kind: ClusterConfiguration\napiServer: {certSANs: [mine.example]}')['ClusterConfiguration']?.['apiServer']?.['certSANs'];
  expect(names).toEqual(['localhost', '127.0.0.1', 'build.example', 'mine.example']);
  expect(patched('kind: ClusterConfiguration\napiServer: null')['ClusterConfiguration']?.['apiServer']?.['certSANs']).toEqual(['localhost', '127.0.0.1', 'build.example']);
});

test('texts that YAML 1.1 takes for something else stay texts', () => {
  expect(initConfig({ ...settings, patches: parseKubeadmPatch('kind: ClusterConfiguration\ncertificatesDir: "on"\ndns: {imageTag: "1e3"}') })).toMatch(/certificatesDir: "on"[^]*imageTag: "1e3"/);
});

test('feature gates go to all components, API switches to the API server', () => {
  const after = documents(initConfig({ ...settings, featureGates: { A: true, B: false }, runtimeConfig: { 'api/alpha': 'true', 'batch/v2': 'false' } }));
  const gates = { name: 'feature-gates', value: 'A=true,B=false' };
  expect(after['ClusterConfiguration']).toMatchObject({
    apiServer: { extraArgs: expect.arrayContaining([gates, { name: 'runtime-config', value: 'api/alpha=true,batch/v2=false' }]) },
    controllerManager: { extraArgs: expect.arrayContaining([gates]) }, scheduler: { extraArgs: expect.arrayContaining([gates]) },
  });
  for (const kind of ['KubeletConfiguration', 'KubeProxyConfiguration']) expect(after[kind]?.['featureGates']).toEqual({ A: true, B: false });
  const without = documents(initConfig({ ...settings, featureGates: {}, runtimeConfig: {} }));
  expect(without).toEqual(documents(initConfig(settings)));
});

test('a worker joins with its patches', () => {
  const join = (patches: string): Document | undefined => documents(joinConfig({
    nodeName: 'demo-worker-0', kubernetesVersion: 'v1.36.3', runtime: settings.runtime, token: settings.token, kubeletFlags: { 'system-reserved': 'cpu=1' }, patches: parseKubeadmPatch(patches),
  }))['JoinConfiguration'];
  const args = 'kind: JoinConfiguration\nnodeRegistration: {kubeletExtraArgs: {max-pods: 9}}';
  expect(join(args)?.['nodeRegistration']?.['kubeletExtraArgs']).toEqual([{ name: 'rotate-certificates', value: 'false' }, { name: 'system-reserved', value: 'cpu=1' }, { name: 'max-pods', value: '9' }]);
  expect(join('kind: KubeletConfiguration\nmaxPods: 9')?.['nodeRegistration']).toMatchObject({ name: 'demo-worker-0' });
});

test.each([
  ['InitConfiguration', 'bootstrapTokens: []'], ['InitConfiguration', 'nodeRegistration: {name: x}'], ['InitConfiguration', 'nodeRegistration: null'], ['InitConfiguration', 'nodeRegistration: []'],
  ['InitConfiguration', 'localAPIEndpoint: {bindPort: 1}'], ['InitConfiguration', 'skipPhases: [addon/kube-proxy]'], ['JoinConfiguration', 'discovery: null'], ['JoinConfiguration', 'discovery: {tlsBootstrapToken: x}'],
  ['JoinConfiguration', 'controlPlane: {}'], ['JoinConfiguration', 'nodeRegistration: {criSocket: x}'], ['ClusterConfiguration', 'networking: null'], ['ClusterConfiguration', 'networking: {podSubnet: x}'],
  ['ClusterConfiguration', 'networking: {serviceSubnet: null}'], ['ClusterConfiguration', 'kubernetesVersion: v1.2.3'],
])('a patch of %s cannot change what kindbox works with: %s', (kind, body) => {
  expect(() => parseKubeadmPatch(`kind: ${kind}\n${body}`)).toThrow(/which kindbox decides/);
});

test('what lies beside a reserved field may be changed', () => {
  expect(patched('kind: ClusterConfiguration\nnetworking: {dnsDomain: mine.local}')['ClusterConfiguration']?.['networking']).toEqual({ podSubnet: '10.244.0.0/16', dnsDomain: 'mine.local' });
});

test.each([
  ['kind: [', /is not YAML/], ['a: *b', /cannot be read/], ['', /is empty/], ['---\n# nothing\n', /is empty/], ['- a', /is not a mapping/], ['maxPods: 1', /does not say its kind/], ['kind: 7', /does not say its kind/],
  ['kind: KubeletConfig', /"KubeletConfig", which kubeadm is not given/], ['kind: constructor', /which kubeadm is not given/],
  ['kind: KubeletConfiguration\napiVersion: kubeadm.k8s.io/v1beta4', /has the API version/], ['kind: KubeletConfiguration\napiVersion: 1', /has the API version/], ['['.repeat(100_000), /nested too deeply/],
])('%j is refused', (text, message) => {
  expect(() => parseKubeadmPatch(text)).toThrow(message);
});

test('what a patch for one node cannot do is not taken', () => {
  const [kubelet, join, init] = ['KubeletConfiguration', 'JoinConfiguration', 'InitConfiguration'].map((kind) => parseKubeadmPatch(`kind: ${kind}\na: 1`));
  expect(() => { requireEffect('worker', kubelet ?? []); }).toThrow(/no effect on a worker alone/);
  expect(() => { requireEffect('control-plane', join ?? []); }).toThrow(/no effect on a control plane alone/);
  expect(() => { requireEffect('worker', join ?? []); requireEffect('control-plane', [...kubelet ?? [], ...init ?? []]); }).not.toThrow();
});

test('patches do not change the documents that they are given', () => {
  const document = Object.freeze({ kind: 'KubeletConfiguration', a: Object.freeze({ b: 1 }) });
  expect(withPatches([document], parseKubeadmPatch('kind: KubeletConfiguration\na: {c: 2}'))).toEqual([{ kind: 'KubeletConfiguration', a: { b: 1, c: 2 } }]);
});
