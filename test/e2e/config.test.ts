import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker, dockerLines, inNode } from '../support/docker.js';
import { isReady, type Kubectl } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime, runtimesOfFeatures } from '../support/runtimes.js';

const folder = mkdtempSync(join(tmpdir(), 'kindbox-config-'));
const shared = join(folder, 'shared');
beforeAll(async () => {
  await mkdir(shared);
  await writeFile(join(shared, 'greeting'), 'hello from the host\n');
});
afterAll(() => rm(folder, { recursive: true }));

interface NodeObject {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[] };
  readonly status: { readonly allocatable: { readonly cpu: string } };
}
interface KubeletSettings {
  readonly maxPods: number;
  readonly containerLogMaxFiles: number;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly nodeStatusUpdateFrequency: string;
}

const nodeObject = (kubectl: Kubectl, name: string): Promise<NodeObject> => kubectl.get<NodeObject>('node', name);
const effectiveKubelet = async (kubectl: Kubectl, node: string): Promise<KubeletSettings> =>
  (JSON.parse(await kubectl.run(['get', '--raw', `/api/v1/nodes/${node}/proxy/configz`])) as { kubeletconfig: KubeletSettings }).kubeletconfig;
const containerdConfig = (node: string): Promise<string> => inNode(node, ['containerd', 'config', 'dump']);
const apiServerArguments = (master: string): Promise<string> => inNode(master, ['cat', '/etc/kubernetes/manifests/kube-apiserver.yaml']);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
  return port;
}

describe.each(runtimesOfFeatures)('a cluster of a configuration of kindbox\'s on %s', (runtime) => {
  const name = clusterName(`${filePrefix}o`, runtime);
  const file = join(folder, `${runtime}.yaml`);
  beforeAll(() => writeFile(file, `
apiVersion: kindbox.dev/v1alpha1
kind: Cluster
name: the-command-line-says-another
runtime: ${runtime}
serviceSubnet: 10.111.0.0/16
wait: 9m
featureGates: {EnvFiles: false}
workerDefaults:
  labels: {team: blue}
workers:
  - labels: {disk: ssd}
    taints: [{key: dedicated, value: db, effect: PreferNoSchedule}]
    mounts: [{hostPath: ./shared, nodePath: /shared, readOnly: true}]
  - cpus: 1.5
    ports: [{nodePort: 30080, hostAddress: 127.0.0.1}]
    kubeadmConfigPatches:
      - kind: JoinConfiguration
        nodeRegistration: {kubeletExtraArgs: [{name: max-pods, value: "33"}]}
kubeadmConfigPatches:
  - kind: KubeletConfiguration
    containerLogMaxFiles: 7
  - |
    kind: ClusterConfiguration
    apiServer: {extraArgs: [{name: event-ttl, value: 31m0s}]}
  - |
    apiVersion: kubeadm.k8s.io/v1beta3
    kind: JoinConfiguration
    nodeRegistration:
      kubeletExtraArgs: {node-status-update-frequency: 9s}
containerdConfigPatches:
  - |
    [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "/etc/containerd/elsewhere"
`));
  const cluster = useCluster(useKindbox(name), name, ['--config', file, '--wait-all']);
  const worker = (index: number): string => `${name}-worker-${index}`;

  test('the command line wins over the file, which wins over the defaults', async () => {
    expect(cluster.created).toMatchObject({ name, workers: 2, runtime });
    expect((await cluster.kubectl.nodes()).map(isReady)).toEqual([true, true, true]);
  });

  test('a worker has its labels over those of all, and its taints', async () => {
    const { metadata, spec } = await nodeObject(cluster.kubectl, worker(0));
    expect(metadata.labels).toMatchObject({ disk: 'ssd', team: 'blue' });
    expect(spec.taints).toContainEqual(expect.objectContaining({ key: 'dedicated', value: 'db', effect: 'PreferNoSchedule' }));
    const other = await nodeObject(cluster.kubectl, worker(1));
    expect(other.metadata.labels).toMatchObject({ team: 'blue' });
    expect(other.metadata.labels).not.toHaveProperty('disk');
  });

  test('a mount is relative to the file, and only to be read if it says so', async () => {
    expect(await inNode(worker(0), ['cat', '/shared/greeting'])).toContain('hello from the host');
    await expect(inNode(worker(0), ['touch', '/shared/mine'])).rejects.toThrow(/Read-only/);
    await expect(inNode(worker(1), ['cat', '/shared/greeting'])).rejects.toThrow(/No such file/);
  });

  test('a worker has its share of processors, its port and its own join configuration', async () => {
    expect((await nodeObject(cluster.kubectl, worker(1))).status.allocatable.cpu).toBe('1500m');
    expect(await docker(['port', worker(1), '30080/tcp'])).toMatch(/^127\.0\.0\.1:\d+$/);
    const [own, other] = await Promise.all([effectiveKubelet(cluster.kubectl, worker(1)), effectiveKubelet(cluster.kubectl, worker(0))]);
    expect([own.maxPods, other.maxPods]).toEqual([33, 110]);
  });

  test('patches of kubeadm reach every kubelet, its file and what it works with, and the API server', async () => {
    for (const node of cluster.nodes) {
      expect(await inNode(node, ['cat', '/var/lib/kubelet/config.yaml'])).toMatch(/^containerLogMaxFiles: 7$/m);
      expect(await effectiveKubelet(cluster.kubectl, node)).toMatchObject({ containerLogMaxFiles: 7, featureGates: { EnvFiles: false } });
    }
    expect((await effectiveKubelet(cluster.kubectl, worker(0))).nodeStatusUpdateFrequency).toBe('9s');
    const server = await apiServerArguments(cluster.master);
    expect(server).toContain('--event-ttl=31m0s');
    expect(server).toContain('--feature-gates=EnvFiles=false');
  });

  test('Services are of the subnet, and pods find them', async () => {
    const { spec } = await cluster.kubectl.get<{ spec: { clusterIP: string } }>('service', 'kubernetes');
    expect(spec.clusterIP).toBe('10.111.0.1');
    expect(await inNode(worker(0), ['cat', '/var/lib/kubelet/config.yaml'])).toMatch(/^clusterDNS:\n- 10\.111\.0\.10$/m);
  });

  test('a patch of containerd, with the names of its version 2, is in effect on every node', async () => {
    for (const node of cluster.nodes) expect(await containerdConfig(node)).toContain("config_path = '/etc/containerd/elsewhere'");
  });

  test('no label shows the patches', async () => {
    const labels = await docker(['container', 'inspect', '--format', '{{json .Config.Labels}}', ...cluster.nodes]);
    expect(labels).toContain('blue');
    expect(labels).not.toMatch(/elsewhere|event-ttl|max-pods|status-update/);
  });

  test('a worker that is added later has what all workers have', async () => {
    await cluster.kindbox.succeed(['resize', '--num-workers=3', '--wait-all', name]);
    const { metadata, spec } = await nodeObject(cluster.kubectl, worker(2));
    expect([metadata.labels['team'], metadata.labels['disk'], spec.taints?.filter(({ key }) => key === 'dedicated') ?? []]).toEqual(['blue', undefined, []]);
    expect(await containerdConfig(worker(2))).toContain("config_path = '/etc/containerd/elsewhere'");
    expect(await effectiveKubelet(cluster.kubectl, worker(2))).toMatchObject({ containerLogMaxFiles: 7, maxPods: 110, nodeStatusUpdateFrequency: '9s' });
  });
});

describe('a cluster of a configuration of kind\'s', () => {
  const name = clusterName(`${filePrefix}k`, anyRuntime);
  const file = join(folder, 'kind.yaml');
  let hostPort: number;
  beforeAll(async () => {
    hostPort = await freePort();
    await writeFile(file, `
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: app-1-cluster
networking:
  ipFamily: ipv4
  apiServerAddress: 127.0.0.1
  podSubnet: "10.214.0.0/16"
  serviceSubnet: "10.112.0.0/16"
  kubeProxyMode: "iptables"
runtimeConfig:
  "api/alpha": "false"
nodes:
- role: control-plane
  kubeadmConfigPatches:
  - |
    kind: InitConfiguration
    nodeRegistration:
      kubeletExtraArgs:
        node-labels: "ingress-ready=true"
  extraPortMappings:
  - containerPort: 30950
    hostPort: ${hostPort}
    listenAddress: "127.0.0.1"
    protocol: TCP
- role: worker
  labels:
    tier: frontend
  extraMounts:
  - hostPath: ${shared}
    containerPath: /files
    readOnly: true
    propagation: None
- role: worker
  labels:
    tier: backend
  kubeadmConfigPatches:
  - |
    kind: KubeletConfiguration
    maxPods: 12
containerdConfigPatches:
- |-
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.other]
    runtime_type = "io.containerd.runc.v2"
`);
  });
  const home = useKindbox(name);
  const cluster = useCluster(home, name, ['--config', file, `--runtime=${anyRuntime}`, '--wait-all']);

  test('it has the nodes that the file lists, with their labels', async () => {
    expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual(cluster.nodes.map((node) => [node, true]));
    expect(cluster.created.workers).toBe(2);
    const [master, first, second] = await Promise.all(cluster.nodes.map((node) => nodeObject(cluster.kubectl, node)));
    expect([master?.metadata.labels['ingress-ready'], first?.metadata.labels['tier'], second?.metadata.labels['tier']]).toEqual(['true', 'frontend', 'backend']);
  });

  test('its ports, mounts, subnets and patches are those of the file', async () => {
    expect(await docker(['port', cluster.master, '30950/tcp'])).toBe(`127.0.0.1:${hostPort}`);
    expect(cluster.created.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await inNode(`${name}-worker-0`, ['cat', '/files/greeting'])).toContain('hello from the host');
    const server = await apiServerArguments(cluster.master);
    expect([/--service-cluster-ip-range=10\.112\.0\.0\/16/, /--runtime-config=api\/alpha=false/].filter((flag) => !flag.test(server))).toEqual([]);
    const nodes = await cluster.kubectl.get<{ items: { spec: { podCIDR: string } }[] }>('nodes');
    expect(nodes.items.map(({ spec }) => spec.podCIDR).filter((cidr) => !cidr.startsWith('10.214.'))).toEqual([]);
    for (const node of cluster.nodes) expect(await containerdConfig(node)).toContain('runtimes.other');
  });

  test('what it asks for and kind does not do either is a warning, with its line', async () => {
    const { stderr } = await home.kindbox.succeed(['config', 'view', file]);
    expect(stderr).toContain(`${file}:38:5: nodes[2].kubeadmConfigPatches`);
  });
});

test('what kindbox has no equivalent for is refused with its line, and nothing is made', async () => {
  const fixture = await import('../support/kindbox.js');
  const kindbox = await fixture.Kindbox.inNewHome();
  const [name, file] = [`${filePrefix}x`, join(folder, 'ha.yaml')];
  await writeFile(file, 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n- role: control-plane\nnetworking:\n  kubeProxyMode: ipvs\n');
  const run = await kindbox.run(['create', '--config', file, `--runtime=${anyRuntime}`, name]);
  await kindbox.removeHome();
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(`${file}:5:3: nodes[1]: `);
  expect(run.stderr).toContain(`${file}:7:3: networking.kubeProxyMode: `);
  expect(await dockerLines(['ps', '--all', '--quiet', '--filter', `label=dev.kindbox.cluster=${name}`])).toEqual([]);
});
