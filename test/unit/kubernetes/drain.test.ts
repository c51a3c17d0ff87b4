import { CancelledError } from '../../../src/errors/index.js';
import { drainNode } from '../../../src/kubernetes/drain.js';
import { status, type Call } from './support/fake-api-server.js';
import { FakeCluster } from './support/fake-cluster.js';
import { fixture, rejection, until, type Fixture } from './support/fixture.js';
import { node, NODES, pod, PODS } from './support/objects.js';

let f: Fixture;
let cluster: FakeCluster;
/** Answers an eviction; undefined carries it out. */
let refuse: (name: string, attempt: number) => ((call: Call) => void) | undefined;
let evictions: string[];
let deletions: { name: string; grace: number | undefined }[];

beforeEach(async () => {
  f = await fixture();
  cluster = new FakeCluster(f.server);
  [refuse, evictions, deletions] = [() => undefined, [], []];
  cluster.put(NODES, node('w0'));
  cluster.put(NODES, node('w1'));
  cluster.put(PODS, pod('on-w1', 'w1'));
  cluster.intercept = (call) => {
    const [, name = '', eviction] = /^\/api\/v1\/namespaces\/default\/pods\/([^/]+)(\/eviction)?$/.exec(call.path) ?? [];
    if (eviction) evict(call, name);
    else if (name && call.method === 'DELETE') remove(call, name);
    return name !== '';
  };
});
afterEach(async () => { await f.end(); });

function evict(call: Call, name: string): void {
  evictions.push(name);
  const refusal = refuse(name, evictions.filter((other) => other === name).length);
  if (refusal) return refusal(call);
  call.json(201, { kind: 'Status', status: 'Success' });
  setTimeout(() => { cluster.remove(PODS, name); }, 20);
}

function remove(call: Call, name: string): void {
  deletions.push({ name, grace: (JSON.parse(call.body) as { gracePeriodSeconds?: number }).gracePeriodSeconds });
  cluster.remove(PODS, name);
  call.json(200, {});
}

const budget = (retryAfter?: string) => (call: Call): void => {
  const causes = [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' }];
  const body = status(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { causes });
  call.json(429, body, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
};

function drain(name: string, options: { timeoutMs?: number; force?: boolean; dead?: boolean; onProgress?: (left: number) => void } = {}): Promise<readonly string[]> {
  return drainNode(f.api, name, { timeoutMs: 4000, force: false, signal: f.run.signal, ...options });
}

test('evicts what can go elsewhere, deletes what has ended, leaves what belongs to the node', async () => {
  for (let n = 0; n < 20; n++) cluster.put(PODS, pod(`web-${n}`, 'w0', { owner: 'ReplicaSet' }));
  cluster.put(PODS, pod('bare', 'w0'));
  cluster.put(PODS, pod('job', 'w0', { owner: 'Job', phase: 'Succeeded' }));
  cluster.put(PODS, pod('proxy', 'w0', { owner: 'DaemonSet' }));
  cluster.put(PODS, pod('etcd', 'w0', { annotations: { 'kubernetes.io/config.mirror': 'x' } }));
  const progress: number[] = [];
  const removed = await drain('w0', { onProgress: (left) => progress.push(left) });
  expect(removed).toHaveLength(22);
  expect([...evictions].sort()).toEqual(['bare', ...Array.from({ length: 20 }, (_, n) => `web-${n}`)].sort());
  expect(deletions).toEqual([{ name: 'job', grace: undefined }]);
  expect(progress.at(-1)).toBe(0);
  expect(cluster.get(NODES, 'w0')).toMatchObject({ spec: { unschedulable: true } });
  expect(JSON.parse(f.server.calls.find(({ path }) => path.endsWith('/bare/eviction'))?.body ?? '')).toMatchObject({
    apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'bare', namespace: 'default' }, deleteOptions: { preconditions: { uid: 'uid-bare' } },
  });
});

test.each([[undefined, 500], ['1', 1000]])('asks a budget again after Retry-After %s', async (retryAfter, waitMs) => {
  cluster.put(PODS, pod('web', 'w0'));
  refuse = (_name, attempt) => attempt === 1 ? budget(retryAfter) : undefined;
  const start = Date.now();
  expect(await drain('w0')).toEqual(['default/web']);
  expect(evictions).toEqual(['web', 'web']);
  expect(Date.now() - start).toBeGreaterThanOrEqual(waitMs);
});

test('names the pods and the budget when time runs out', async () => {
  cluster.put(PODS, pod('web', 'w0'));
  cluster.put(PODS, pod('slow', 'w0'));
  refuse = (name) => name === 'web' ? budget() : (call) => { call.json(201, {}); };
  const error = await rejection(drain('w0', { timeoutMs: 700 }));
  expect(error).toMatchObject({
    reason: 'timeout',
    message: 'Node w0 was not drained within 0.7 s',
    because: 'default/web may not be evicted (The disruption budget web needs 2 healthy pods and has 2 currently); default/slow has not ended yet',
  });
  expect(error['next']).toEqual([expect.stringContaining('--force')]);
  const asked = evictions.length;
  await new Promise((resolve) => { setTimeout(resolve, 600); });
  expect(evictions).toHaveLength(asked);
});

test.each(['force', 'dead'])('%s deletes without asking and without grace', async (option) => {
  cluster.put(PODS, pod('web', 'w0'));
  refuse = () => budget();
  expect(await drain('w0', { [option]: true })).toEqual(['default/web']);
  expect(evictions).toEqual([]);
  expect(deletions).toEqual([{ name: 'web', grace: 0 }]);
});

test('does so as well on a node that is not Ready, or ceases to be', async () => {
  cluster.put(NODES, node('w0', 'Unknown'));
  cluster.put(PODS, pod('a', 'w0'));
  await drain('w0');
  cluster.put(NODES, node('w0'));
  cluster.put(PODS, pod('b', 'w0'));
  refuse = () => (call) => { call.json(201, {}); };
  const draining = drain('w0');
  await until(() => evictions.length === 1);
  cluster.put(NODES, node('w0', 'Unknown'));
  expect(await draining).toEqual(['default/b']);
  expect(deletions).toEqual([{ name: 'a', grace: 0 }, { name: 'b', grace: 0 }]);
});

test('takes along what was bound to the node while it was being cordoned', async () => {
  cluster.put(PODS, pod('a', 'w0'));
  refuse = (name) => name === 'a' ? (call) => {
    cluster.put(PODS, pod('late', 'w0'));
    call.json(201, {});
    setTimeout(() => { cluster.remove(PODS, 'a'); }, 50);
  } : undefined;
  expect([...await drain('w0')].sort()).toEqual(['default/a', 'default/late']);
});

test('drains several nodes at once', async () => {
  cluster.put(PODS, pod('on-w0', 'w0'));
  expect(await Promise.all([drain('w0'), drain('w1')])).toEqual([['default/on-w0'], ['default/on-w1']]);
});

test('a node that does not exist is empty', async () => {
  expect(await drain('absent')).toEqual([]);
});

test('ends with a refusal that lasts, and with its signal', async () => {
  cluster.put(PODS, pod('web', 'w0'));
  refuse = () => (call) => { call.json(400, status(400, 'BadRequest', 'bad')); };
  expect(await rejection(drain('w0'))).toMatchObject({ status: 400 });
  refuse = () => budget();
  const draining = rejection(drain('w0'));
  await until(() => evictions.length === 2);
  f.run.abort();
  expect(await draining).toBeInstanceOf(CancelledError);
});
