import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listClusters } from '../../../src/cluster/list.js';
import { repairCluster } from '../../../src/cluster/repair/repair.js';
import type { EngineContext } from '../../../src/engine.js';
import { KindboxError } from '../../../src/errors/index.js';
import { userKubeconfig } from '../../../src/kubeconfig/convert.js';
import { CREATE_TOKEN } from '../../../src/kubernetes/bootstrap-token.js';
import { CORDONED } from '../../../src/kubernetes/nodes.js';
import { LABELS, ownedLabels } from '../../../src/nodes/labels.js';
import type { NodeState, ObservedNode } from '../../../src/provider/types.js';
import { concatenated, FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';
import { FakeApiServer, FakeTunnels, testCredentials } from '../kubernetes/support/fake-api-server.js';
import { FakeCluster } from '../kubernetes/support/fake-cluster.js';
import { rejection } from '../kubernetes/support/fixture.js';
import { NODES } from '../kubernetes/support/objects.js';

const STARTED = Date.parse('2026-11-21T08:00:00Z');
const SINCE = '2026-11-21T08:00:05Z';
const SERVER = new URL(testCredentials.server).hostname;
const SYSTEM = '/api/v1/namespaces/kube-system';
const APPS = '/apis/apps/v1/namespaces/kube-system';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let provider: FakeProvider;
let server: FakeApiServer;
let cluster: FakeCluster;
let home: string;
let context: EngineContext;
/** Units that do not run, as `NODE UNIT`. */
let down: Set<string>;

beforeEach(async () => {
  provider = new FakeProvider();
  server = new FakeApiServer();
  await server.listen();
  cluster = new FakeCluster(server);
  cluster.put(`${SYSTEM}/secrets`, { metadata: { name: 'other', namespace: 'kube-system' }, type: 'Opaque' });
  for (const [kind, name] of [['deployments', 'coredns'], ['daemonsets', 'kube-proxy']] as const) cluster.put(`${APPS}/${kind}`, { metadata: { name, namespace: 'kube-system' } });
  cluster.put(`${SYSTEM}/pods`, {
    metadata: { name: 'coredns-x', namespace: 'kube-system' }, spec: { nodeName: 'demo-master' },
    status: { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'coredns', state: { running: { startedAt: SINCE } } }] },
  });
  const tunnels = new FakeTunnels(server);
  provider.openStream = () => tunnels.openStream('master', []);
  down = new Set();
  provider.onExec = (node, argv) => Promise.resolve(answer(node, argv));
  const start = provider.startNode.bind(provider);
  provider.startNode = async (id) => ({ ...await start(id), startedAt: STARTED });
  home = await mkdtemp(join(tmpdir(), 'kindbox-'));
  context = { provider, emit: () => undefined, signal: new AbortController().signal, environment: { HOME: home } };
});
afterEach(async () => {
  await server.stop();
  await rm(home, { recursive: true });
});

/** What the programs of a node say. */
function answer({ name }: ObservedNode, [program, verb, ...rest]: readonly string[]): { exitCode: number; stdout: string; stderr: string } {
  const said = (stdout: string, exitCode = 0): { exitCode: number; stdout: string; stderr: string } => ({ exitCode, stdout, stderr: '' });
  if (program === 'systemctl' && verb === 'is-active') return said(rest.map((unit) => (down.has(`${name} ${unit}`) ? 'inactive' : 'active')).join('\n'));
  if (program === 'systemctl') for (const unit of rest) down.delete(`${name} ${unit}`);
  if (program === 'date') return said(`${STARTED / 1000}`);
  if (program === 'cat') return concatenated(['cat', verb ?? '', ...rest], { '/etc/kubernetes/admin.conf': ADMIN_CONFIG });
  return said('');
}

/** A complete cluster whose nodes are in these states, all of them Ready as far as the API server knows. */
async function addCluster(...[master = 'running', ...workers]: NodeState[]): Promise<void> {
  const nodes = [observedNode('demo', 'control-plane', 0, { state: master }), ...workers.map((state, index) => observedNode('demo', 'worker', index, { state }))];
  for (const node of nodes) {
    provider.nodes.set(node.id, { ...node, network: 'demo-net', addresses: [{ networkId: 'net1', networkName: 'demo-net', ipv4: SERVER }], labels: { ...node.labels, [LABELS.cni]: 'flannel' } });
    putNode(node.name);
  }
  provider.networks.set('net1', { id: 'net1', name: 'demo-net', labels: ownedLabels('demo', 'run1'), subnets: ['172.18.0.0/16'] });
  provider.volumes.set('demo-kindbox', { id: 'demo-kindbox', labels: { ...ownedLabels('demo', 'run1'), [LABELS.completed]: 'true' } });
  await mkdir(join(home, '.kube'));
  await writeFile(kubeconfig(), KUBECONFIG);
}

function putNode(name: string, more: object = {}): void {
  cluster.put(NODES, { metadata: { name }, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: SINCE }] }, ...more });
}

const kubeconfig = (): string => join(home, '.kube', 'demo-config');
const repair = (dryRun = false): ReturnType<typeof repairCluster> => repairCluster(context, { name: 'demo', dryRun, waitMs: 5000 });
const changes = (): string[] => provider.calls.filter((call) => /^(running|stopped|remove|create|connect|keep) |systemctl restart/.test(call));

test('a cluster that is whole is told to be, and nothing is touched', async () => {
  await addCluster('running', 'running');
  expect(await repair()).toMatchObject({ healthy: true, findings: [], repaired: [] });
  expect(changes()).toEqual([]);
  expect(server.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('everything is brought back that is stopped, and said to be; a second repair finds nothing', async () => {
  await addCluster('stopped', 'stopped');
  const result = await repair();
  expect(result).toMatchObject({ healthy: true, repaired: [{ kind: 'node-stopped', node: 'demo-master' }, { kind: 'node-stopped', node: 'demo-worker-0' }] });
  expect(changes().sort()).toEqual(['keep demo-master', 'keep demo-worker-0', 'running demo-master', 'running demo-worker-0']);
  expect(await repair()).toMatchObject({ healthy: true, findings: [] });
});

test('what comes to light only when the control plane runs again is repaired, too', async () => {
  await addCluster('paused', 'running');
  putNode('demo-worker-0', { spec: { unschedulable: true }, metadata: { name: 'demo-worker-0', annotations: { [CORDONED]: 'x' } } });
  cluster.put(`${SYSTEM}/secrets`, {
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' }, type: 'bootstrap.kubernetes.io/token', data: { 'token-id': base64('abcdef'), description: base64(CREATE_TOKEN) },
  });
  expect((await repair()).repaired.map(({ kind }) => kind)).toEqual(['node-paused', 'cordoned', 'tokens-left']);
  expect(cluster.get(NODES, 'demo-worker-0')).toMatchObject({ spec: {}, metadata: { annotations: {} } });
  expect(cluster.get(`${SYSTEM}/secrets`, 'bootstrap-token-abcdef')).toBeUndefined();
});

test("a token and a node that are the user's own are left", async () => {
  await addCluster('running', 'running');
  putNode('demo-worker-0', { spec: { unschedulable: true } });
  cluster.put(`${SYSTEM}/secrets`, {
    metadata: { name: 'bootstrap-token-uuuuuu', namespace: 'kube-system' }, type: 'bootstrap.kubernetes.io/token', data: { 'token-id': base64('uuuuuu'), description: base64('of mine') },
  });
  expect(await repair()).toMatchObject({ healthy: true, repaired: [], findings: [{ kind: 'cordoned-by-user', level: 'note' }] });
  expect(server.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('a node off its network is connected while it is stopped', async () => {
  await addCluster('running', 'running');
  provider.nodes.set('id-of-demo-worker-0', { ...provider.nodes.get('id-of-demo-worker-0')!, addresses: [] });
  expect((await repair()).repaired.map(({ kind }) => kind)).toEqual(['node-disconnected']);
  expect(changes()).toEqual(['stopped demo-worker-0', 'connect demo-worker-0 to demo-net', 'running demo-worker-0', 'keep demo-worker-0']);
});

test('a kubelet that does not run is started', async () => {
  await addCluster('running', 'running');
  down.add('demo-worker-0 kubelet.service');
  expect((await repair()).repaired.map(({ kind }) => kind)).toEqual(['service-down']);
  expect(changes()).toEqual(['exec demo-worker-0 systemctl restart kubelet.service']);
});

test('a kubeconfig that leads elsewhere is updated, one that is gone is written', async () => {
  await addCluster('running');
  await writeFile(kubeconfig(), KUBECONFIG.replace(testCredentials.server, 'https://172.18.0.99:6443'));
  expect((await repair()).repaired.map(({ kind }) => kind)).toEqual(['kubeconfig-stale']);
  expect(await readFile(kubeconfig(), 'utf8')).toBe(KUBECONFIG);
  await rm(kubeconfig());
  expect((await repair()).repaired.map(({ kind }) => kind)).toEqual(['kubeconfig-missing']);
  expect(await readFile(kubeconfig(), 'utf8')).toBe(KUBECONFIG);
});

test('a create that was killed, and whose nodes have stopped since, is completed once they run', async () => {
  await addCluster('stopped', 'stopped');
  provider.volumes.clear();
  for (const node of provider.nodes.values()) provider.nodes.set(node.id, { ...node, labels: { ...node.labels, [LABELS.cni]: 'none' } });
  expect((await repair()).repaired.map(({ kind }) => kind)).toEqual(['incomplete', 'node-stopped', 'node-stopped']);
  expect([...provider.volumes.keys()]).toEqual(['demo-kindbox']);
});

test('one that cannot be started is not completed, and the repair ends', async () => {
  await addCluster('stopped');
  provider.volumes.clear();
  provider.startNode = () => Promise.reject(new Error('the port is taken'));
  expect(await rejection(repair())).toMatchObject({ reason: 'partial', logTail: expect.stringContaining('demo-master: the port is taken') as string });
  expect([...provider.volumes.keys()]).toEqual([]);
});

test('a dry run changes nothing, whatever it finds', async () => {
  await addCluster('running', 'stopped');
  await rm(kubeconfig());
  expect(await repair(true)).toMatchObject({ healthy: false, repaired: [], findings: [{ kind: 'node-stopped' }, { kind: 'kubeconfig-missing' }] });
  expect(changes()).toEqual([]);
  expect(server.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('a worker that cannot be started is named at the end, when the rest has been repaired', async () => {
  await addCluster('running', 'stopped', 'stopped');
  const start = provider.startNode.bind(provider);
  provider.startNode = (id) => (id === 'id-of-demo-worker-0' ? Promise.reject(new Error('the port is taken')) : start(id));
  const error = await rejection(repair());
  expect(error).toMatchObject({ reason: 'partial', because: 'Demo-worker-0 is stopped.', logTail: expect.stringContaining('demo-worker-0: the port is taken') as string });
  expect(provider.nodes.get('id-of-demo-worker-1')?.state).toBe('running');
});

test('a cluster without its control plane is said to be lost, and left', async () => {
  await addCluster('running', 'running');
  provider.nodes.delete('id-of-demo-master');
  expect(await rejection(repair())).toMatchObject({ reason: 'cluster', next: ['kindbox destroy demo', 'kindbox create demo'] });
  expect(changes()).toEqual([]);
});

test('there must be such a cluster', async () => {
  expect(await rejection(repair())).toMatchObject({ reason: 'notFound' });
});

describe('list', () => {
  beforeEach(async () => {
    await addCluster('running', 'running');
    cluster.put(NODES, { metadata: { name: 'demo-worker-5' } });
  });

  test('asks nothing but Docker', async () => {
    expect(await listClusters(context)).toMatchObject([{ state: 'running', reason: '', findings: [] }]);
    expect(provider.calls).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  test('with --check asks inside, and changes nothing', async () => {
    expect(await listClusters(context, { check: true })).toMatchObject([{ state: 'degraded', reason: 'demo-worker-5 has no container any more', findings: [{ kind: 'worker-missing', node: 'demo-worker-5' }] }]);
    expect(server.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each<[string, () => Promise<{ exitCode: number; stdout: string; stderr: string }>]>([
    ['says it', () => Promise.resolve({ exitCode: 1, stdout: '', stderr: 'cat: /proc/uptime: Transport endpoint is not connected' })],
    ['cannot be run for it', () => Promise.reject(new KindboxError('Cannot run cat', { reason: 'cluster', because: 'OCI runtime exec failed: open /proc/sys: transport endpoint is not connected' }))],
  ])('with --check of a node that Sysbox left, where a command %s', async (_, cat) => {
    const usual = provider.onExec;
    provider.onExec = (node, argv, options) => (node.name === 'demo-worker-0' && argv.includes('/proc/uptime') ? cat() : usual(node, argv, options));
    const [listed] = await listClusters(context, { check: true });
    expect(listed?.findings.map(({ kind, node, repair }) => [kind, node, repair])).toEqual([['node-proc-lost', 'demo-worker-0', 'restart it'], ['worker-missing', 'demo-worker-5', 'make it anew']]);
  });

  test('with --check of a cluster that does not answer: it is broken', async () => {
    provider.openStream = () => Promise.reject(new Error('nothing listens'));
    expect(await listClusters(context, { check: true })).toMatchObject([{ state: 'broken', findings: [{ kind: 'api-silent' }] }]);
  }, 30_000);
});

const ADMIN_CONFIG = userKubeconfig({
  clusters: { name: 'demo', cluster: { server: testCredentials.server, 'certificate-authority-data': base64(testCredentials.ca) } },
  contexts: { name: 'admin', context: { cluster: 'demo', user: 'admin' } },
  users: { name: 'admin', user: { 'client-certificate-data': base64(testCredentials.cert), 'client-key-data': base64(testCredentials.key) } },
});
const KUBECONFIG = userKubeconfig({
  clusters: { name: 'demo', cluster: { server: testCredentials.server, 'certificate-authority-data': base64(testCredentials.ca) } },
  contexts: { name: 'kubernetes-admin@demo', context: { cluster: 'demo', user: 'kubernetes-admin-demo' } },
  users: { name: 'kubernetes-admin-demo', user: { 'client-certificate-data': base64(testCredentials.cert), 'client-key-data': base64(testCredentials.key) } },
});
