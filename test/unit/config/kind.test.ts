import { migrateConfig, readConfig } from '../../../src/config/index.js';
import { FOLDER, KINDS, load, refusal, source } from './support.js';

test('every field that kindbox has an equivalent for is mapped', async () => {
  const { options, warnings } = await readConfig(source(`${KINDS}name: app
networking:
  ipFamily: ipv4
  apiServerAddress: 127.0.0.1
  apiServerPort: 6443
  podSubnet: 10.245.0.0/16
  serviceSubnet: 10.97.0.0/16
  disableDefaultCNI: true
  kubeProxyMode: iptables
featureGates: {CSIMigration: true}
runtimeConfig: {api/alpha: false}
kubeadmConfigPatches: ["kind: ClusterConfiguration\\nimageRepository: mine"]
containerdConfigPatches: ["debug.level = 'info'"]
nodes:
- role: control-plane
  labels: {tier: 1}
  kubeadmConfigPatches: ["kind: InitConfiguration\\nnodeRegistration: {imagePullSerial: true}"]
  extraPortMappings:
  - {containerPort: 80, hostPort: 8080, listenAddress: 127.0.0.1, protocol: TCP}
  - {containerPort: 53, hostPort: -1, protocol: udp}
  - {containerPort: 54}
- role: worker
  image: my/node:1
  extraMounts:
  - {hostPath: ./files, containerPath: /files, readOnly: true, propagation: Bidirectional}
  - {hostPath: /dev, containerPath: /host-dev}
- role: worker
`));
  expect(warnings).toEqual([]);
  expect(options).toEqual({
    name: 'app', ipFamily: 'ipv4', kubeProxyMode: 'iptables', apiServerAddress: '127.0.0.1', publish: 6443, podSubnet: '10.245.0.0/16', serviceSubnet: '10.97.0.0/16', cni: 'none',
    featureGates: { CSIMigration: true }, runtimeConfig: { 'api/alpha': 'false' },
    kubeadmConfigPatches: ['kind: ClusterConfiguration\nimageRepository: mine'], containerdConfigPatches: ["debug.level = 'info'"],
    controlPlane: {
      labels: { tier: '1' }, kubeadmConfigPatches: ['kind: InitConfiguration\nnodeRegistration: {imagePullSerial: true}'],
      ports: [
        { nodePort: 80, hostPort: 8080, hostAddress: '127.0.0.1', protocol: 'tcp' }, { nodePort: 53, hostPort: 0, protocol: 'udp' }, { nodePort: 54, hostPort: 0, protocol: 'tcp' },
      ],
    },
    numWorkers: 2,
    workers: [
      { image: 'my/node:1', mounts: [{ hostPath: `${FOLDER}/files`, nodePath: '/files', readOnly: true, propagation: 'rshared' }, { hostPath: '/dev', nodePath: '/host-dev' }] },
      {},
    ],
  });
});

test('without nodes it is one control plane, as with kind', async () => {
  expect((await readConfig(source(KINDS))).options).toEqual({ numWorkers: 0, workers: [] });
});

test('both families, and kube-proxy by nftables', async () => {
  expect((await readConfig(source(`${KINDS}networking: {ipFamily: dual, kubeProxyMode: nftables}\n`))).options).toMatchObject({ ipFamily: 'dual', kubeProxyMode: 'nftables' });
});

test('the ten nodes of the documents', async () => {
  const { options } = await readConfig(source(`${KINDS}nodes:\n- role: control-plane\n${'- role: worker\n'.repeat(9)}`));
  expect(options.numWorkers).toBe(9);
});

test.each<[string, string, RegExp]>([
  ['control planes', 'nodes:\n- {}\n- role: control-plane', /^stdin:5:3: nodes\[1\]: clusters of kindbox have one control plane$/],
  ['no control plane', 'nodes:\n- role: worker', /^stdin:3:1: nodes: a cluster needs/],
  ['IPv6', 'networking:\n  ipFamily: ipv6', /^stdin:4:3: networking\.ipFamily: /],
  ['both families, of a network for one', 'networking: {ipFamily: dual, podSubnet: "10.244.0.0/16,fd00::/48"}', /networking\.podSubnet: /],
  ['search domains', 'networking: {dnsSearch: []}', /networking\.dnsSearch: /],
  ['ipvs', 'networking: {kubeProxyMode: ipvs}', /networking\.kubeProxyMode: /],
  ['no kube-proxy', 'networking: {kubeProxyMode: none}', /networking\.kubeProxyMode: /],
  ['GPUs', 'nodes: [{gpus: all}]', /nodes\[0\]\.gpus: /],
  ['JSON patches', 'kubeadmConfigPatchesJSON6902:\n- {kind: ClusterConfiguration, patch: "[]"}', /^stdin:3:1: kubeadmConfigPatchesJSON6902: .*merge patch in kubeadmConfigPatches$/],
  ['JSON patches of a node', 'nodes:\n- kubeadmConfigPatchesJSON6902: [{kind: ClusterConfiguration, patch: "[]"}]', /^stdin:4:3: nodes\[0\]\.kubeadmConfigPatchesJSON6902: /],
  ['JSON patches of containerd', 'containerdConfigPatchesJSON6902: ["[]"]', /^stdin:3:1: containerdConfigPatchesJSON6902: .*in containerdConfigPatches$/],
])('what would be another cluster is refused: %s', async (_, text, message) => {
  expect((await refusal(`${KINDS}${text}\n`))[0]).toMatch(message);
});

test('what is wrong by our rules is told with kind\'s names and lines', async () => {
  expect(await refusal(`${KINDS}networking:
  podSubnet: 10.244.0.0
nodes:
- role: worker
  extraMounts: [{hostPath: /a, containerPath: relative}]
- role: control-plane
  extraPortMappings: [{containerPort: 1, listenAddress: nowhere}]
`)).toEqual([
    'stdin has 3 errors',
    'stdin:4:14: networking.podSubnet: "10.244.0.0" is not an IPv4 subnet. It has the form 10.244.0.0/16.',
    expect.stringMatching(/^stdin:7:47: nodes\[0\]\.extraMounts\[0\]\.containerPath: /),
    expect.stringMatching(/^stdin:9:57: nodes\[1\]\.extraPortMappings\[0\]\.listenAddress: /),
  ]);
});

test('a field that kind does not have', async () => {
  expect((await refusal(`${KINDS}nodes:\n- role: control-plane\n  extraPortMapping: []\n`))[0]).toBe('stdin:5:3: nodes[0]: there is no field "extraPortMapping"; did you mean "extraPortMappings"?');
});

test('what makes no difference is a warning, with its line', async () => {
  const digest = 'f'.repeat(64);
  const { options, warnings } = await readConfig(source(`${KINDS}nodes:
- role: control-plane
  image: kindest/node:v1.36.3@sha256:${digest}
- role: worker
  image: kindest/node:v1.34.4
  extraMounts: [{hostPath: /a, containerPath: /b, selinuxRelabel: true}]
  kubeadmConfigPatches: ["kind: KubeletConfiguration\\nmaxPods: 2"]
`));
  expect(options).toMatchObject({ kubernetesVersion: 'v1.36.3', workers: [{ image: 'nestybox/k8s-node:v1.34.4' }] });
  expect(options.workers?.[0]).not.toHaveProperty('kubeadmConfigPatches');
  expect(warnings.map((warning) => warning.replace(/: .*/, ''))).toEqual(['stdin:5:3', 'stdin:7:3', 'stdin:8:51', 'stdin:9:26'].map((place) => place));
});

test('migrating says in comments what could not be mapped, and is read again', async () => {
  const { yaml, warnings } = await migrateConfig(source(`${KINDS}name: app
networking: {kubeProxyMode: ipvs}
nodes:
- role: control-plane
- role: control-plane
- role: worker
  labels: {"on": "yes"}
`));
  expect(warnings).toHaveLength(2);
  expect(yaml.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    "# Migrated from a configuration of kind's.",
    '# NOT MAPPED (stdin:4:14): networking.kubeProxyMode: kube-proxy of kindbox does iptables and nftables',
    '# NOT MAPPED (stdin:7:3): nodes[1]: clusters of kindbox have one control plane',
  ]);
  expect((await load(yaml)).config).toEqual({ apiVersion: 'kindbox.dev/v1alpha1', kind: 'Cluster', name: 'app', workers: [{ count: 1, labels: { on: 'yes' } }] });
});

test('a comment cannot end early', async () => {
  const { yaml } = await migrateConfig(source(`${KINDS}nodes: [{}, {image: "x", role: control-plane}]\n`));
  expect((await load(yaml)).format).toBe('kindbox');
});
