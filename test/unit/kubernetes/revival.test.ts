import { CancelledError } from '../../../src/errors/index.js';
import { awaitDnsBack, awaitNodesBack } from '../../../src/kubernetes/revival.js';
import { FakeCluster } from './support/fake-cluster.js';
import { fixture, rejection, until, type Fixture } from './support/fixture.js';
import { NODES } from './support/objects.js';

const DNS = '/api/v1/namespaces/kube-system/pods';
const START = Date.parse('2026-11-21T08:00:00.400Z');
const BEFORE = '2026-11-21T07:59:58Z';
/** The second in which the machine started: whether this was said before or after is not known. */
const MEANWHILE = '2026-11-21T08:00:00Z';
const AFTER = '2026-11-21T08:00:01Z';

let f: Fixture;
let cluster: FakeCluster;
beforeEach(async () => {
  f = await fixture();
  cluster = new FakeCluster(f.server);
});
afterEach(async () => { await f.end(); });

const node = (name: string, lastHeartbeatTime: string, status = 'True'): object =>
  ({ metadata: { name }, status: { conditions: [{ type: 'Ready', status, message: 'it says', lastHeartbeatTime }] } });
const dnsPod = (name: string, startedAt: string, { ready = 'True', nodeName = 'demo-master' } = {}): object => ({
  metadata: { name, namespace: 'kube-system' }, spec: { nodeName },
  status: { conditions: [{ type: 'Ready', status: ready }], containerStatuses: [{ name: 'coredns', state: { running: { startedAt } } }] },
});

describe('nodes', () => {
  test.each([BEFORE, MEANWHILE])('one that was Ready at %s has not been heard of since its start', async (heartbeat) => {
    cluster.put(NODES, node('demo-master', heartbeat));
    const ready: string[] = [];
    const done = awaitNodesBack(f.api, new Map([['demo-master', START]]), 3000, f.run.signal, (name) => { ready.push(name); });
    await until(() => f.server.calls.length === 2);
    expect(ready).toEqual([]);
    cluster.put(NODES, node('demo-master', AFTER));
    await done;
    expect(ready).toEqual(['demo-master']);
  });

  test('each is told of once, whatever nodes there are besides', async () => {
    for (const name of ['demo-worker-0', 'demo-worker-1', 'demo-worker-2']) cluster.put(NODES, node(name, AFTER));
    cluster.put(NODES, node('demo-worker-0', AFTER));
    const ready: string[] = [];
    await awaitNodesBack(f.api, new Map([['demo-worker-0', START], ['demo-worker-2', START]]), 3000, f.run.signal, (name) => { ready.push(name); });
    expect(ready.sort()).toEqual(['demo-worker-0', 'demo-worker-2']);
  });

  test('those that do not come are named, with what they say', async () => {
    cluster.put(NODES, node('demo-worker-0', AFTER));
    cluster.put(NODES, node('demo-worker-1', AFTER, 'False'));
    const starts = new Map([['demo-worker-0', START], ['demo-worker-1', START], ['demo-worker-2', START]]);
    expect(await rejection(awaitNodesBack(f.api, starts, 1500, f.run.signal, () => undefined))).toMatchObject({
      reason: 'timeout', message: 'Not Ready again within 1.5 s: demo-worker-1, demo-worker-2',
      because: 'demo-worker-1 is not Ready: it says; demo-worker-2 has not registered with the API server',
    });
  });

  test('an interruption ends the wait', async () => {
    cluster.put(NODES, node('demo-master', BEFORE));
    const done = rejection(awaitNodesBack(f.api, new Map([['demo-master', START]]), 60_000, f.run.signal, () => undefined));
    await until(() => f.server.calls.length === 2);
    f.run.abort(new CancelledError());
    expect(await done).toBeInstanceOf(CancelledError);
  });

  test('for none nothing is asked', async () => {
    await awaitNodesBack(f.api, new Map(), 1000, f.run.signal, () => undefined);
    expect(f.server.calls).toEqual([]);
  });
});

describe('CoreDNS', () => {
  const starts = new Map([['demo-master', START]]);

  test('a pod that says Ready but was started before its node serves nobody', async () => {
    cluster.put(DNS, dnsPod('coredns-a', BEFORE));
    cluster.put(DNS, dnsPod('coredns-b', AFTER, { ready: 'False' }));
    let back = false;
    const done = awaitDnsBack(f.api, starts, 3000, f.run.signal).then(() => { back = true; });
    await until(() => f.server.calls.length === 2);
    expect(back).toBe(false);
    cluster.put(DNS, dnsPod('coredns-b', AFTER));
    await done;
  });

  test('a pod on a node that was not restarted has been serving all the time', async () => {
    cluster.put(DNS, dnsPod('coredns-a', BEFORE, { nodeName: 'demo-worker-0' }));
    await awaitDnsBack(f.api, starts, 3000, f.run.signal);
    expect(f.server.calls.length).toBeGreaterThan(0);
  });

  test('when time runs out its pods are described', async () => {
    cluster.put(DNS, dnsPod('coredns-a', BEFORE));
    expect(await rejection(awaitDnsBack(f.api, starts, 1500, f.run.signal))).toMatchObject({ reason: 'timeout', because: expect.stringContaining('kube-system/coredns-a on demo-master') as string });
    cluster.remove(DNS, 'coredns-a');
    expect(await rejection(awaitDnsBack(f.api, starts, 1500, f.run.signal))).toMatchObject({ because: 'it has no pods' });
  });
});
