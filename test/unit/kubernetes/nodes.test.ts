import { explainNotReady } from '../../../src/kubernetes/diagnose.js';
import {
  awaitNodeRegistered, awaitNodesReady, changeTaints, cordon, deleteNode, getNode, labelNode, listNodes, uncordon,
} from '../../../src/kubernetes/nodes.js';
import { status } from './support/fake-api-server.js';
import { FakeCluster } from './support/fake-cluster.js';
import { fixture, rejection, until, type Fixture } from './support/fixture.js';
import { node, NODES } from './support/objects.js';

let f: Fixture;
let cluster: FakeCluster;
beforeEach(async () => {
  f = await fixture();
  cluster = new FakeCluster(f.server);
  cluster.put(NODES, node('demo-master'));
});
afterEach(async () => { await f.end(); });

const NO_CNI = 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

test('tells of each node once, as it becomes Ready, over one watch', async () => {
  const ready: string[] = [];
  const done = awaitNodesReady(f.api, ['demo-master', 'demo-worker-0', 'demo-worker-1'], 3000, f.run.signal, (name) => { ready.push(name); });
  await until(() => f.server.calls.length === 2);
  cluster.put(NODES, node('demo-worker-1', 'False', NO_CNI));
  cluster.put(NODES, node('demo-master'));
  cluster.put(NODES, node('demo-worker-0'));
  cluster.put(NODES, node('demo-worker-1'));
  await done;
  expect(ready).toEqual(['demo-master', 'demo-worker-0', 'demo-worker-1']);
  expect(f.server.calls).toHaveLength(2);
});

test('says what keeps the nodes that are not Ready in time', async () => {
  cluster.put(NODES, node('demo-worker-0', 'False', NO_CNI));
  const error = await rejection(awaitNodesReady(f.api, ['demo-master', 'demo-worker-0', 'demo-worker-1'], 2000, f.run.signal));
  expect(error).toMatchObject({
    reason: 'timeout',
    message: '2 nodes were not Ready within 2 s: demo-worker-0, demo-worker-1',
    because: 'demo-worker-0 is not Ready: cni plugin not initialized; demo-worker-1 has not registered with the API server',
  });
});

test('waits for a node to register', async () => {
  setTimeout(() => { cluster.put(NODES, node('demo-worker-0', 'False')); }, 50);
  expect((await awaitNodeRegistered(f.api, 'demo-worker-0', 2000, f.run.signal)).metadata.name).toBe('demo-worker-0');
  expect(await rejection(awaitNodeRegistered(f.api, 'absent', 100, f.run.signal))).toMatchObject({ reason: 'timeout' });
});

test('cordons, uncordons, labels and deletes; what is absent is no error', async () => {
  expect(await cordon(f.api, 'demo-master')).toMatchObject({ spec: { unschedulable: true } });
  expect(f.server.calls.at(-1)?.headers['content-type']).toBe('application/merge-patch+json');
  expect((await uncordon(f.api, 'demo-master'))?.spec).toEqual({});
  await labelNode(f.api, 'demo-master', { a: 'b' });
  expect((await listNodes(f.api))[0]?.metadata.labels).toEqual({ a: 'b' });
  await deleteNode(f.api, 'demo-master');
  await deleteNode(f.api, 'demo-master');
  expect(await getNode(f.api, 'demo-master')).toBeUndefined();
  expect(await cordon(f.api, 'demo-master')).toBeUndefined();
});

test('changes taints again when somebody else was faster', async () => {
  let refused = false;
  cluster.intercept = (call) => {
    if (call.method !== 'PATCH' || refused) return false;
    refused = true;
    call.json(409, status(409, 'Conflict', 'the object has been modified'));
    return true;
  };
  await changeTaints(f.api, 'demo-master', (taints) => [...taints, { key: 'k', effect: 'NoSchedule' }], f.run.signal);
  expect((await getNode(f.api, 'demo-master'))?.spec?.taints).toEqual([{ key: 'k', effect: 'NoSchedule' }]);
  expect(JSON.parse(f.server.calls.at(-2)?.body ?? '')).toMatchObject({ metadata: { resourceVersion: '101' } });
});

test('explains a node in one sentence', async () => {
  cluster.put(NODES, {
    metadata: { name: 'full' },
    status: { conditions: [{ type: 'DiskPressure', status: 'True', message: 'kubelet has disk pressure' }, { type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }] },
  });
  cluster.put(NODES, { metadata: { name: 'new' } });
  expect(await explainNotReady(f.api, 'full')).toBe('full is not Ready: Kubelet stopped posting node status.; DiskPressure (kubelet has disk pressure)');
  expect(await explainNotReady(f.api, 'new')).toBe('new has registered, but its kubelet has not reported yet');
  expect(await explainNotReady(f.api, 'absent')).toBe('absent has not registered with the API server');
  expect(await explainNotReady(f.api, 'demo-master')).toBe('demo-master is Ready');
});
