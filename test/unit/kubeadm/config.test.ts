import { parseAllDocuments } from 'yaml';
import { initConfig, type InitSettings } from '../../../src/kubeadm/init-config.js';
import { containerRuntime } from '../../../src/nodes/container-runtime.js';
import { discoveryConfig, joinConfig } from '../../../src/kubeadm/join-config.js';

const settings: InitSettings = {
  clusterName: 'demo', nodeName: 'demo-master', kubernetesVersion: 'v1.36.3', runtime: containerRuntime('containerd'), podSubnet: '10.244.0.0/16', certificateNames: ['build.example'],
  token: 'abcdef.0123456789abcdef', cgroupVersion: 2, schedulableControlPlane: false,
};

interface Document { apiVersion: string; kind: string; [field: string]: unknown }

function documents(yaml: string): Record<string, Document> {
  return Object.fromEntries(parseAllDocuments(yaml).map((document) => document.toJS() as Document).map((document) => [document.kind, document]));
}

test('the API of kubeadm follows the version', () => {
  const now = documents(initConfig(settings));
  expect(now['ClusterConfiguration']).toMatchObject({ apiVersion: 'kubeadm.k8s.io/v1beta4', encryptionAlgorithm: 'ECDSA-P256', kubernetesVersion: 'v1.36.3' });
  const earlier = documents(initConfig({ ...settings, kubernetesVersion: 'v1.29.6' }));
  expect(earlier['ClusterConfiguration']?.apiVersion).toBe('kubeadm.k8s.io/v1beta3');
  expect(earlier['ClusterConfiguration']).not.toHaveProperty('encryptionAlgorithm');
  expect(documents(initConfig({ ...settings, kubernetesVersion: 'v1.18.2' }))['InitConfiguration']?.apiVersion).toBe('kubeadm.k8s.io/v1beta2');
});

test.each([
  ['containerd', 'v1.36.3', 'unix:///run/containerd/containerd.sock', 'systemd'],
  ['docker', 'v1.23.17', '/var/run/dockershim.sock', 'cgroupfs'],
  ['docker', 'v1.24.0', 'unix:///run/cri-dockerd.sock', 'cgroupfs'],
])('a node with %s and %s has the endpoint %s and the cgroup driver %s', (cri, kubernetesVersion, criSocket, cgroupDriver) => {
  const runtime = containerRuntime(cri);
  const init = documents(initConfig({ ...settings, kubernetesVersion, runtime }));
  expect(init['InitConfiguration']).toMatchObject({ nodeRegistration: { criSocket } });
  expect(init['KubeletConfiguration']).toMatchObject({ cgroupDriver });
  expect(documents(joinConfig({ nodeName: 'demo-worker-0', kubernetesVersion, runtime, token: settings.token }))['JoinConfiguration']).toMatchObject({ nodeRegistration: { criSocket } });
});

test('a kubelet is told to accept cgroup v1 only where it is, and only if it knows the field', () => {
  expect(documents(initConfig({ ...settings, cgroupVersion: 1 }))['KubeletConfiguration']).toMatchObject({ failCgroupV1: false });
  expect(documents(initConfig(settings))['KubeletConfiguration']).not.toHaveProperty('failCgroupV1');
  expect(documents(initConfig({ ...settings, cgroupVersion: 1, kubernetesVersion: 'v1.30.14' }))['KubeletConfiguration']).not.toHaveProperty('failCgroupV1');
});

test('the node makes the kubelet\'s rules of iptables, unless kube-proxy needs others of the kubelet', () => {
  expect(documents(initConfig(settings))['KubeletConfiguration']).toMatchObject({ makeIPTablesUtilChains: false });
  expect(documents(initConfig({ ...settings, kubernetesVersion: 'v1.27.9' }))['KubeletConfiguration']).not.toHaveProperty('makeIPTablesUtilChains');
});

test('a control plane alone has no taint', () => {
  expect(documents(initConfig({ ...settings, schedulableControlPlane: true }))['InitConfiguration']).toMatchObject({ nodeRegistration: { taints: [] } });
  expect(documents(initConfig(settings))['InitConfiguration']?.['nodeRegistration']).not.toHaveProperty('taints');
});

test('the certificate has the names that were asked for', () => {
  expect(documents(initConfig(settings))['ClusterConfiguration']).toMatchObject({ apiServer: { certSANs: ['localhost', '127.0.0.1', 'build.example'] } });
});

test('controllers need not wait for a rate limit or for an election that is tried every two seconds', () => {
  expect(documents(initConfig(settings))['ClusterConfiguration']).toMatchObject({
    controllerManager: { extraArgs: expect.arrayContaining([{ name: 'kube-api-qps', value: '200' }, { name: 'leader-elect-retry-period', value: '300ms' }]) as unknown },
    scheduler: { extraArgs: expect.arrayContaining([{ name: 'leader-elect-retry-period', value: '800ms' }]) as unknown },
  });
  const earlier = documents(initConfig({ ...settings, kubernetesVersion: 'v1.29.6' }));
  expect(earlier['ClusterConfiguration']).toMatchObject({ controllerManager: { extraArgs: { 'kube-api-qps': '200' } } });
});

const ETCD = { 'heartbeat-interval': '10', 'election-timeout': '50', 'listen-client-http-urls': 'https://127.0.0.1:2383' };
const listed = (args: Readonly<Record<string, string>>): object[] => Object.entries(args).map(([name, value]) => ({ name, value }));

test('an ephemeral cluster waits for no disk', () => {
  expect(documents(initConfig({ ...settings, ephemeral: true }))['ClusterConfiguration']).toMatchObject({
    etcd: { local: { extraArgs: listed({ ...ETCD, 'unsafe-no-fsync': 'true' }) } },
  });
});

test('etcd, which is alone, elects itself within some hundredths of a second, and serves HTTP beside gRPC where it can', () => {
  const etcd = (kubernetesVersion: string): unknown => documents(initConfig({ ...settings, kubernetesVersion }))['ClusterConfiguration']?.['etcd'];
  expect(etcd('v1.36.3')).toEqual({ local: { extraArgs: listed(ETCD) } });
  expect(etcd('v1.28.0')).toEqual({ local: { extraArgs: ETCD } });
  expect(etcd('v1.27.16')).toEqual({ local: { extraArgs: { 'heartbeat-interval': '10', 'election-timeout': '50' } } });
});

test('an etcd elsewhere, which a patch names, is the only one', () => {
  const external = { endpoints: ['https://etcd.example:2379'] };
  const patches = [{ kind: 'ClusterConfiguration', body: { etcd: { external } } }] as const;
  expect(documents(initConfig({ ...settings, patches }))['ClusterConfiguration']?.['etcd']).toEqual({ external });
});

test('kubelet and kube-proxy want the protection that nodes can have', () => {
  const scores = (more: Partial<InitSettings>): unknown[] => {
    const told = documents(initConfig({ ...settings, ...more }));
    return ['KubeletConfiguration', 'KubeProxyConfiguration'].map((kind) => told[kind]?.['oomScoreAdj']);
  };
  expect(scores({ oomScoreAdj: 0 })).toEqual([0, 0]);
  expect(scores({})).toEqual([undefined, undefined]);
  expect(scores({ oomScoreAdj: 0, patches: [{ kind: 'KubeletConfiguration', body: { oomScoreAdj: 500 } }] })).toEqual([500, 0]);
});

test('kubeadm is told how long to ask for the API server where it can be, and only there', () => {
  expect(documents(initConfig(settings))['InitConfiguration']).toMatchObject({ timeouts: { kubernetesAPICall: '4m0s' } });
  expect(documents(initConfig({ ...settings, kubernetesVersion: 'v1.30.14' }))['InitConfiguration']).not.toHaveProperty('timeouts');
});

test('kubeadm waits as long as kindbox does, and never for less than by itself', () => {
  const join = (waitMs?: number, kubernetesVersion = 'v1.36.3'): unknown =>
    documents(joinConfig({ nodeName: 'demo-worker-0', kubernetesVersion, runtime: settings.runtime, token: settings.token, waitMs }))['JoinConfiguration']?.['timeouts'];
  expect(documents(initConfig({ ...settings, waitMs: 1_200_000 }))['InitConfiguration']).toMatchObject({ timeouts: { controlPlaneComponentHealthCheck: '20m0s', kubernetesAPICall: '20m0s' } });
  expect(documents(initConfig({ ...settings, waitMs: 1000 }))['InitConfiguration']).toMatchObject({ timeouts: { kubernetesAPICall: '4m0s' } });
  expect(join(1_230_000)).toEqual({ kubernetesAPICall: '20m30s', discovery: '20m30s', kubeletHealthCheck: '20m30s', tlsBootstrap: '20m30s' });
  expect(join()).toEqual({ kubernetesAPICall: '1m0s', discovery: '5m0s', kubeletHealthCheck: '4m0s', tlsBootstrap: '5m0s' });
  expect(join(1_230_000, 'v1.30.14')).toBeUndefined();
});

test('the API server is known by the address that was asked for, and by the node\'s own otherwise', () => {
  expect(documents(initConfig({ ...settings, advertiseAddress: '198.18.0.7' }))['InitConfiguration']).toMatchObject({ localAPIEndpoint: { advertiseAddress: '198.18.0.7' } });
  expect(documents(initConfig(settings))['InitConfiguration']).not.toHaveProperty('localAPIEndpoint');
});

test('a worker whose kubelet has its credentials joins with them, and is not told the token', () => {
  const text = joinConfig({ nodeName: 'demo-worker-0', kubernetesVersion: 'v1.36.3', runtime: settings.runtime, token: settings.token, hasCredentials: true });
  expect(documents(text)['JoinConfiguration']?.['discovery']).toEqual({ file: { kubeConfigPath: '/etc/kubernetes/kubelet.conf' } });
  expect(text).not.toContain(settings.token);
});

test('names that YAML 1.1 takes for something else stay names', () => {
  for (const name of ['yes', 'on', '0', '1e3', 'null', 'off']) {
    const text = initConfig({ ...settings, clusterName: name });
    expect(text).toMatch(new RegExp(`clusterName: ["']${name}["']`));
  }
});

test('a worker trusts the CA that it is given, and shows the token to nobody else', () => {
  const join = documents(joinConfig({ nodeName: 'demo-worker-0', kubernetesVersion: 'v1.36.3', runtime: settings.runtime, token: settings.token }));
  expect(join['JoinConfiguration']?.['discovery']).toEqual({ file: { kubeConfigPath: '/etc/kubernetes/kindbox-discovery.conf' }, tlsBootstrapToken: settings.token });
  const discovery = discoveryConfig('https://172.18.0.2:6443', 'PEM');
  expect(discovery).not.toContain(settings.token);
  expect(documents(discovery)['Config']).toMatchObject({ clusters: [{ cluster: { server: 'https://172.18.0.2:6443', 'certificate-authority-data': Buffer.from('PEM').toString('base64') } }] });
});
