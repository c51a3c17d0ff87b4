import { letControllersGo, startControllersInTime } from '../../../src/kubernetes/held-controllers.js';
import { status, type Call } from './support/fake-api-server.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const LEVEL = `${FLOW_CONTROL}/prioritylevelconfigurations/kindbox-controllers`;
const SCHEMA = `${FLOW_CONTROL}/flowschemas/kindbox-controllers`;
const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';
const FORGETTING = [`DELETE ${SCHEMA}`, `DELETE ${LEVEL}`];

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

const start = (waitMs = 5000): Promise<void> => startControllersInTime(f.api, { waitMs, signal: f.run.signal });
const told = (): string[] => f.server.calls.map(({ method, path }) => `${method} ${path}`);
const body = (call: Call | undefined): unknown => JSON.parse(call?.body ?? '');
const call = (method: string, part: string): Call | undefined => f.server.calls.find((one) => one.method === method && one.path.includes(part));

/** An API server that is healthy when it is asked the `times`th time, and answers `otherwise` to everything else. */
function healthyAt(times: number, otherwise = 200): void {
  let asked = 0;
  f.server.handler = (one) => {
    if (one.path === '/healthz') one.json(++asked < times ? 500 : 200, {});
    else if (one.method === 'POST') one.json(201, {});
    else one.json(otherwise, otherwise === 200 ? {} : status(otherwise, 'No', 'no'));
  };
}

test('the controller manager\'s one question is kept in a queue that nothing leaves', async () => {
  healthyAt(1);
  await start();
  expect(body(call('POST', 'prioritylevelconfigurations'))).toMatchObject({ spec: { limited: { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Queue' } } } });
  expect(body(call('POST', 'flowschemas'))).toMatchObject({
    spec: {
      matchingPrecedence: 2, priorityLevelConfiguration: { name: 'kindbox-controllers' },
      rules: [{ subjects: [{ kind: 'User', user: { name: 'system:kube-controller-manager' } }], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] }],
    },
  });
});

test('it is let go when the API server\'s hooks have run and not before, and nothing is left', async () => {
  healthyAt(3);
  await start();
  expect(told().slice(2)).toEqual([...Array<string>(3).fill('GET /healthz'), `PATCH ${LEVEL}`, `GET ${ACCOUNT}`, ...FORGETTING]);
  expect(body(call('PATCH', LEVEL))).toEqual({ spec: { limited: { nominalConcurrencyShares: 30 } } });
});

test('what lets it go is there until the controllers work: the API server learns of it later than it answers', async () => {
  healthyAt(1);
  const { handler } = f.server;
  let asked = 0;
  f.server.handler = (one) => { if (one.path === ACCOUNT && ++asked < 3) one.json(404, status(404, 'NotFound', 'no')); else void handler(one); };
  await start();
  expect(told().slice(-5)).toEqual([...Array<string>(3).fill(`GET ${ACCOUNT}`), ...FORGETTING]);
});

test('what somebody removed meanwhile is removed, and what cannot be removed does no harm', async () => {
  healthyAt(1);
  const { handler } = f.server;
  f.server.handler = (one) => { if (one.method === 'PATCH') one.json(404, status(404, 'NotFound', 'no')); else void handler(one); };
  await start();
  expect(told().slice(-2)).toEqual(FORGETTING);
  f.server.handler = (one) => { if (one.method === 'DELETE') one.json(403, status(403, 'Forbidden', 'no')); else void handler(one); };
  await start();
});

test('a run that ends before leaves it to its end, which lets it go', async () => {
  healthyAt(Number.POSITIVE_INFINITY);
  expect(await rejection(start(250))).toMatchObject({ reason: 'timeout' });
  setTimeout(() => { f.run.abort(); }, 150);
  expect(await rejection(start())).toMatchObject({ name: 'CancelledError' });
  expect(told().filter((line) => !line.startsWith('GET') && !line.startsWith('POST'))).toEqual([]);
});

test('a cluster that is kept is let go', async () => {
  healthyAt(1);
  await letControllersGo(f.api, f.run.signal);
  expect(told()).toEqual([`PATCH ${LEVEL}`, ...FORGETTING]);
});

test('a refusal is told: the controllers would wait for ever', async () => {
  healthyAt(1, 403);
  expect(await rejection(start())).toMatchObject({ status: 403 });
});
