import { KindboxError } from '../../../src/errors/index.js';
import { awaitApiReady } from '../../../src/kubernetes/readiness.js';
import { status } from './support/fake-api-server.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

test.each([0, 5000])('waits while nothing listens, with tunnels that retry for %d ms', async (retryMs) => {
  await f.server.stop();
  f.tunnels.retryMs = retryMs;
  f.server.handler = (call) => {
    if (f.server.calls.length < 3) call.text(500, '[+]ping ok\n[-]etcd failed: reason withheld\n');
    else call.text(200, 'ok');
  };
  setTimeout(() => { void f.server.listen(); }, 400);
  const start = Date.now();
  await awaitApiReady(f.api, 5000, f.run.signal);
  expect(Date.now() - start).toBeGreaterThan(550);
  expect(f.tunnels.opened.length).toBeLessThanOrEqual(retryMs === 0 ? 7 : 1);
  expect(f.server.paths('GET')).toEqual(['/readyz', '/readyz', '/readyz']);
});

test('says which checks fail when time runs out', async () => {
  f.server.handler = (call) => { call.text(500, '[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/x failed\nreadyz check failed'); };
  expect(await rejection(awaitApiReady(f.api, 2000, f.run.signal))).toMatchObject({
    reason: 'timeout', message: 'The API server was not ready within 2 s', because: 'these of its checks fail: etcd, poststarthook/x',
  });
});

test('says that nothing listened when time runs out', async () => {
  await f.server.stop();
  const error = await rejection(awaitApiReady(f.api, 2000, f.run.signal));
  expect(error).toMatchObject({ reason: 'timeout' });
});

test('waits for another path, through the refusals of a server without roles', async () => {
  f.server.handler = (call) => {
    if (f.server.calls.length === 1) call.json(403, status(403, 'Forbidden', 'no'));
    else call.json(200, {});
  };
  await awaitApiReady(f.api, 2000, f.run.signal, '/api/v1/namespaces/kube-system');
  expect(f.server.calls).toHaveLength(2);
});

test('does not wait for a node that has stopped', async () => {
  f.tunnels.failure = new KindboxError('Node x is not running', { reason: 'cluster' });
  expect(await rejection(awaitApiReady(f.api, 5000, f.run.signal))).toBe(f.tunnels.failure);
});

test('gives a server that falls silent more time with each probe', async () => {
  const limits: number[] = [];
  const api = {
    request: async (_method: string, _path: string, { timeoutMs = 0 }: { timeoutMs?: number } = {}): Promise<never> => {
      limits.push(timeoutMs);
      if (limits.length === 3) throw new TypeError('enough');
      throw new KindboxError('The API server did not answer', { reason: 'timeout' });
    },
  };
  await expect(awaitApiReady(api, 300_000, f.run.signal)).rejects.toThrow('enough');
  expect(limits).toEqual([10_000, 20_000, 40_000]);
});
