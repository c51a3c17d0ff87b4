import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restartNode, startClusters, stopClusters } from '../../../src/cluster/lifecycle.js';
import { addNode, removeNode } from '../../../src/cluster/node-verbs.js';
import type { EngineContext } from '../../../src/engine.js';
import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import { userKubeconfig } from '../../../src/kubeconfig/convert.js';
import { LABELS } from '../../../src/nodes/labels.js';
import type { NodeState } from '../../../src/provider/types.js';
import { concatenated, FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';
import { FakeApiServer, FakeTunnels, testCredentials } from '../kubernetes/support/fake-api-server.js';
import { FakeCluster } from '../kubernetes/support/fake-cluster.js';
import { rejection, until } from '../kubernetes/support/fixture.js';
import { NODES, PODS, pod } from '../kubernetes/support/objects.js';

const STARTED = Date.parse('2026-11-21T08:00:00Z');
const SINCE = '2026-11-21T08:00:05Z';

let provider: FakeProvider;
let server: FakeApiServer;
let cluster: FakeCluster;
let home: string;
let abort: AbortController;
let context: EngineContext;

beforeEach(async () => {
  provider = new FakeProvider();
  server = new FakeApiServer();
  await server.listen();
  cluster = new FakeCluster(server);
  const tunnels = new FakeTunnels(server);
  provider.openStream = () => tunnels.openStream('master', []);
  provider.onExec = (_node, argv) => Promise.resolve(concatenated(argv, { '/etc/kubernetes/admin.conf': ADMIN_CONFIG }));
  const start = provider.startNode.bind(provider);
  provider.startNode = async (id) => ({ ...await start(id), startedAt: STARTED });
  home = await mkdtemp(join(tmpdir(), 'kindbox-'));
  abort = new AbortController();
  context = { provider, emit: () => undefined, signal: abort.signal, environment: { HOME: home } };
});
afterEach(async () => {
  await server.stop();
  await rm(home, { recursive: true });
});

/** A control plane and workers in these states, and their Node objects as they are after a start. */
function addCluster(name: string, ...[master = 'running', ...workers]: NodeState[]): void {
  const control = observedNode(name, 'control-plane', 0, { state: master });
  const nodes = [{ ...control, labels: { ...control.labels, [LABELS.cni]: 'flannel' } }, ...workers.map((state, index) => observedNode(name, 'worker', index, { state }))];
  for (const node of nodes) {
    provider.nodes.set(node.id, node);
    putNode(node.name);
  }
  cluster.put('/api/v1/namespaces/kube-system/pods', {
    metadata: { name: 'coredns-x', namespace: 'kube-system' }, spec: { nodeName: nodes[0]?.name },
    status: { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'coredns', state: { running: { startedAt: SINCE } } }] },
  });
}

function putNode(name: string, lastHeartbeatTime = SINCE): void {
  cluster.put(NODES, { metadata: { name }, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime }] } });
}

const states = (): Record<string, string> => Object.fromEntries([...provider.nodes.values()].map(({ name, state }) => [name, state]));
const changes = (): string[] => provider.calls.filter((call) => /^(running|stopped|remove|create) /.test(call));

describe('stop', () => {
  test('stops what runs, of the clusters that were named alone, and says what it was', async () => {
    addCluster('demo', 'running', 'stopped', 'running');
    addCluster('other', 'running');
    expect((await stopClusters(context, { names: ['demo', 'demo'] })).clusters).toEqual([{ name: 'demo', changed: ['demo-master', 'demo-worker-1'] }]);
    expect(states()).toEqual({ 'demo-master': 'stopped', 'demo-worker-0': 'stopped', 'demo-worker-1': 'stopped', 'other-master': 'running' });
  });

  test('a second one changes nothing', async () => {
    addCluster('demo', 'stopped', 'stopped');
    expect((await stopClusters(context, { names: ['demo'] })).clusters).toEqual([{ name: 'demo', changed: [] }]);
    expect(changes()).toEqual([]);
  });

  test('one unknown name among others: nothing is stopped', async () => {
    addCluster('demo', 'running');
    expect(await rejection(stopClusters(context, { names: ['demo', 'ghost'] }))).toMatchObject({ reason: 'notFound', message: expect.stringContaining('ghost') as string });
    expect(changes()).toEqual([]);
  });

  test('a node that cannot be stopped is told of, and the other cluster is stopped all the same', async () => {
    addCluster('demo', 'running');
    addCluster('other', 'running', 'running');
    const stop = provider.stopNode.bind(provider);
    provider.stopNode = (id) => (id === 'id-of-demo-master' ? Promise.reject(new KindboxError('it does not want to', { reason: 'host' })) : stop(id));
    expect(await rejection(stopClusters(context, { names: ['demo', 'other'] }))).toMatchObject({ message: 'it does not want to' });
    expect(states()).toMatchObject({ 'demo-master': 'running', 'other-master': 'stopped', 'other-worker-0': 'stopped' });
  });
});

describe('start', () => {
  test('starts all, waits until each is heard of, and says which did not run', async () => {
    addCluster('demo', 'stopped', 'running', 'stopped');
    const result = await startClusters(context, { names: ['demo'], waitAll: true, waitMs: 10_000 });
    expect(result.clusters).toEqual([{ name: 'demo', changed: ['demo-master', 'demo-worker-1'] }]);
    expect(states()).toEqual({ 'demo-master': 'running', 'demo-worker-0': 'running', 'demo-worker-1': 'running' });
  });

  test('a worker that is not heard of is named, and keeps running', async () => {
    addCluster('demo', 'stopped', 'stopped');
    putNode('demo-worker-0', '2026-11-21T07:59:00Z');
    expect(await rejection(startClusters(context, { names: ['demo'], waitAll: true, waitMs: 1500 }))).toMatchObject({
      reason: 'timeout', message: expect.stringContaining('demo-worker-0') as string,
    });
    expect(states()).toEqual({ 'demo-master': 'running', 'demo-worker-0': 'running' });
  });

  test('a node that cannot be started fails it, without the others being undone', async () => {
    addCluster('demo', 'stopped', 'stopped');
    const start = provider.startNode.bind(provider);
    provider.startNode = (id) => (id === 'id-of-demo-worker-0' ? Promise.reject(new KindboxError('the port is taken', { reason: 'conflict' })) : start(id));
    expect(await rejection(startClusters(context, { names: ['demo'], waitAll: false, waitMs: 1000 }))).toMatchObject({ reason: 'conflict' });
    expect(states()).toEqual({ 'demo-master': 'running', 'demo-worker-0': 'stopped' });
  });

  test('an interruption while it waits leaves the nodes running', async () => {
    addCluster('demo', 'stopped');
    putNode('demo-master', '2026-11-21T07:59:00Z');
    const done = rejection(startClusters(context, { names: ['demo'], waitAll: false, waitMs: 60_000 }));
    await until(() => server.calls.some(({ path }) => path.includes('watch')), 20_000);
    abort.abort(new CancelledError());
    expect(await done).toMatchObject({ exitCode: 130 });
    expect(states()).toEqual({ 'demo-master': 'running' });
  });

  test('a cluster without a control plane is not started', async () => {
    addCluster('demo', 'stopped', 'stopped');
    provider.nodes.delete('id-of-demo-master');
    expect(await rejection(startClusters(context, { names: ['demo'], waitAll: false, waitMs: 1000 }))).toMatchObject({ reason: 'cluster', next: ['kindbox destroy demo'] });
    expect(changes()).toEqual([]);
  });
});

describe('single nodes', () => {
  test('restart stops and starts that node alone', async () => {
    addCluster('demo', 'running', 'running', 'running');
    await restartNode(context, { node: 'demo-worker-1', waitMs: 10_000 });
    expect(changes()).toEqual(['stopped demo-worker-1', 'running demo-worker-1']);
  });

  test.each(['restart', 'remove'])('%s of an unknown node touches nothing', async (verb) => {
    addCluster('demo', 'running', 'running');
    const work = verb === 'restart' ? restartNode(context, { node: 'demo-worker-7', waitMs: 1000 }) : removeNode(context, { node: 'demo-worker-7', drainTimeoutMs: 1000, force: false });
    expect(await rejection(work)).toMatchObject({ reason: 'notFound', next: ['kindbox list'] });
    expect(changes()).toEqual([]);
  });

  test('remove empties the node, takes its Node object, then its container', async () => {
    addCluster('demo', 'running', 'running', 'running');
    cluster.put(PODS, pod('bare', 'demo-worker-0'));
    cluster.intercept = (call) => {
      if (!call.path.endsWith('/eviction')) return false;
      cluster.remove(PODS, 'bare');
      call.json(201, {});
      return true;
    };
    const remove = provider.removeNode.bind(provider);
    provider.removeNode = (id) => {
      expect(cluster.get(NODES, 'demo-worker-0')).toBeUndefined();
      expect(cluster.get(PODS, 'bare')).toBeUndefined();
      return remove(id);
    };
    await removeNode(context, { node: 'demo-worker-0', drainTimeoutMs: 10_000, force: false });
    expect(changes()).toEqual(['remove demo-worker-0']);
    expect(cluster.get(NODES, 'demo-worker-1')).toBeDefined();
  });

  test('a node whose pods stay keeps its container, and takes pods again', async () => {
    addCluster('demo', 'running', 'running');
    cluster.put(PODS, pod('bare', 'demo-worker-0'));
    cluster.intercept = (call) => {
      if (!call.path.endsWith('/eviction')) return false;
      call.json(429, { kind: 'Status', message: 'the budget says no', reason: 'TooManyRequests' });
      return true;
    };
    expect(await rejection(removeNode(context, { node: 'demo-worker-0', drainTimeoutMs: 2000, force: false }))).toMatchObject({ reason: 'timeout' });
    expect(changes()).toEqual([]);
    expect(cluster.get(NODES, 'demo-worker-0')?.['spec']).toEqual({});
  });

  test('the control plane is not removed', async () => {
    addCluster('demo', 'running', 'running');
    expect(await rejection(removeNode(context, { node: 'demo-master', drainTimeoutMs: 1000, force: true }))).toMatchObject({ reason: 'usage', next: ['kindbox destroy demo'] });
    expect(changes()).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['remove', () => removeNode(context, { node: 'demo-worker-0', drainTimeoutMs: 1000, force: false })],
    ['add', () => addNode(context, { name: 'demo', settings: {}, waitAll: false, waitMs: 1000, drainTimeoutMs: 0, force: false, retain: false })],
  ])('%s wants a control plane that runs, and says how to get it', async (_verb, work) => {
    addCluster('demo', 'stopped', 'stopped');
    expect(await rejection(work())).toMatchObject({ reason: 'cluster', next: ['kindbox start demo', 'kindbox destroy demo'] });
    expect(changes()).toEqual([]);
  });
});

const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
const ADMIN_CONFIG = userKubeconfig({
  clusters: { name: 'demo', cluster: { server: testCredentials.server, 'certificate-authority-data': base64(testCredentials.ca) } },
  contexts: { name: 'admin', context: { cluster: 'demo', user: 'admin' } },
  users: { name: 'admin', user: { 'client-certificate-data': base64(testCredentials.cert), 'client-key-data': base64(testCredentials.key) } },
});
