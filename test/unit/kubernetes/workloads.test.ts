import { awaitDeploymentAvailable, hastenDeployment } from '../../../src/kubernetes/workloads.js';
import { FakeCluster } from './support/fake-cluster.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/kube-system/deployments';
const PODS = '/api/v1/namespaces/kube-system/pods';

let f: Fixture;
let cluster: FakeCluster;
beforeEach(async () => {
  f = await fixture();
  cluster = new FakeCluster(f.server);
  cluster.put(DEPLOYMENTS, coredns('False'));
});
afterEach(async () => { await f.end(); });

function coredns(available: string, observedGeneration = 1, availableReplicas = available === 'True' ? 1 : 0): object {
  return {
    metadata: { name: 'coredns', namespace: 'kube-system', uid: 'd', generation: 1 },
    spec: { selector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
    status: { observedGeneration, availableReplicas, conditions: [{ type: 'Available', status: available }] },
  };
}

test('waits for the Deployment to be available, as of its present generation', async () => {
  cluster.put(DEPLOYMENTS, coredns('True', 0));
  let changed = false;
  setTimeout(() => { changed = true; cluster.put(DEPLOYMENTS, coredns('True')); }, 100);
  await awaitDeploymentAvailable(f.api, 'kube-system', 'coredns', 2000, f.run.signal);
  expect(changed).toBe(true);
});

test('one replica, which may be unavailable for a while, is waited for although Kubernetes calls the Deployment available', async () => {
  cluster.put(DEPLOYMENTS, coredns('True', 1, 0));
  let served = false;
  setTimeout(() => { served = true; cluster.put(DEPLOYMENTS, coredns('True', 1, 1)); }, 100);
  await awaitDeploymentAvailable(f.api, 'kube-system', 'coredns', 2000, f.run.signal);
  expect(served).toBe(true);
});

test('says what its pods wait for or died of', async () => {
  cluster.put(PODS, {
    metadata: { name: 'coredns-1', namespace: 'kube-system' }, spec: { nodeName: 'demo-master' },
    status: { containerStatuses: [{
      name: 'coredns', ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'plugin/loop: Loop detected\n' } },
    }] },
  });
  cluster.put(PODS, {
    metadata: { name: 'coredns-2', namespace: 'kube-system' },
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] },
  });
  expect(await rejection(awaitDeploymentAvailable(f.api, 'kube-system', 'coredns', 2000, f.run.signal))).toMatchObject({
    reason: 'timeout',
    message: 'Deployment kube-system/coredns was not available within 2 s',
    because: 'kube-system/coredns-1 on demo-master: container coredns CrashLoopBackOff, it ended with 1 (Error): plugin/loop: Loop detected; '
      + 'kube-system/coredns-2: 0/1 nodes are available',
  });
});

test('says that it does not exist', async () => {
  expect(await rejection(awaitDeploymentAvailable(f.api, 'kube-system', 'other', 100, f.run.signal))).toMatchObject({ because: 'it does not exist' });
});

describe('a Deployment that is probed more often', () => {
  const dns = { namespace: 'kube-system', name: 'coredns', container: 'coredns', periodSeconds: 1, failureThreshold: 30 };

  test('has one field changed, of one container', async () => {
    f.server.handler = (call) => { call.json(200, {}); };
    await hastenDeployment(f.api, dns, f.run.signal);
    expect(f.server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([`PATCH ${DEPLOYMENTS}/coredns`]);
    expect(JSON.parse(f.server.calls[0]?.body ?? '')).toEqual({ spec: { template: { spec: { containers: [{ name: 'coredns', readinessProbe: { periodSeconds: 1, failureThreshold: 30 } }] } } } });
  });

  test.each([['https://172.18.0.2:6443', '172.18.0.2'], ['https://[fd00::2]:6443', 'fd00::2']])('asks the API server itself, at %s', async (server, host) => {
    f.server.handler = (call) => { call.json(200, {}); };
    await hastenDeployment(f.api, { ...dns, apiServer: new URL(server) }, f.run.signal);
    expect(JSON.parse(f.server.calls[0]?.body ?? '')).toMatchObject({ spec: { template: { spec: { containers: [
      { env: [{ name: 'KUBERNETES_SERVICE_HOST', value: host }, { name: 'KUBERNETES_SERVICE_PORT', value: '6443' }] },
    ] } } } });
  });

  test('need not exist', async () => {
    f.server.handler = (call) => { call.json(404, { kind: 'Status', code: 404, reason: 'NotFound' }); };
    await expect(hastenDeployment(f.api, dns, f.run.signal)).resolves.toBeUndefined();
  });
});
