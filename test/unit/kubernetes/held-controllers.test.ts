import { openApi } from '../../../src/kubernetes/api-client.js';
import { startControllersInTime } from '../../../src/kubernetes/held-controllers.js';
import { status, testCredentials, type Call } from './support/fake-api-server.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const LEVEL = `${FLOW_CONTROL}/prioritylevelconfigurations/kindbox-controllers`;
const SCHEMA = `${FLOW_CONTROL}/flowschemas/kindbox-controllers`;
const LETTING_GO = [`PATCH ${LEVEL}`, `DELETE ${SCHEMA}`, `DELETE ${LEVEL}`];

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

const start = (waitMs = 5000): Promise<void> => startControllersInTime(f.api, { waitMs, signal: f.run.signal, openCleanUpApi: (signal) => openApi(f.tunnels, 'node-id', testCredentials, signal) });
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
  expect(told().slice(2)).toEqual([...Array<string>(3).fill('GET /healthz'), ...LETTING_GO]);
  expect(body(call('PATCH', LEVEL))).toEqual({ spec: { limited: { nominalConcurrencyShares: 30 } } });
});

test('what somebody removed meanwhile is removed', async () => {
  healthyAt(1, 404);
  await start();
  expect(told().slice(-3)).toEqual(LETTING_GO);
});

test('a run that is cancelled, or in vain, lets it go, as its nodes may be kept', async () => {
  healthyAt(Number.POSITIVE_INFINITY);
  expect(await rejection(start(250))).toMatchObject({ reason: 'timeout' });
  expect(told().slice(-3)).toEqual(LETTING_GO);
  f.server.calls.length = 0;
  setTimeout(() => { f.run.abort(); }, 150);
  expect(await rejection(start())).toMatchObject({ name: 'CancelledError' });
  expect(told().slice(-3)).toEqual(LETTING_GO);
});

test('a refusal is told: the controllers would wait for ever', async () => {
  healthyAt(1, 403);
  expect(await rejection(start())).toMatchObject({ status: 403 });
});
