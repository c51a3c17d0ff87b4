import { makeObjects } from '../../../src/kubernetes/first-objects.js';
import { freeElection, HELD_ELECTION } from '../../../src/kubernetes/held-election.js';
import { status } from './support/fake-api-server.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const LEASE = `${LEASES}/kube-controller-manager`;

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

const lease = (holderIdentity: string): object => ({ metadata: { name: 'kube-controller-manager', uid: 'u', resourceVersion: '7' }, spec: { holderIdentity } });

/** An API server that is healthy when it is asked the third time; `deleting` is what it answers then. */
function serve(found: object | undefined, deleting = 200): void {
  let asked = 0;
  f.server.handler = (call) => {
    if (call.path === '/healthz') call.json(++asked < 3 ? 500 : 200, {});
    else if (call.method === 'DELETE') call.json(deleting, status(deleting, 'Conflict', 'no'));
    else if (found === undefined) call.json(404, status(404, 'NotFound', 'no'));
    else call.json(200, found);
  };
}

test('the election is held by a lease that is nobody\'s of the cluster, and ends by itself', async () => {
  f.server.handler = (call) => { call.json(201, {}); };
  await makeObjects(f.api, [HELD_ELECTION], { waitMs: 2000, signal: f.run.signal });
  expect(f.server.calls.map(({ method, path, body }) => [method, path, JSON.parse(body) as unknown])).toMatchObject([['POST', LEASES, { spec: { holderIdentity: 'kindbox', leaseDurationSeconds: 15 } }]]);
});

test('it is freed when the API server\'s hooks have run, and not before', async () => {
  serve(lease('kindbox'));
  await freeElection(f.api, 5000, f.run.signal);
  expect(f.server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([...Array<string>(3).fill('GET /healthz'), `GET ${LEASE}`, `DELETE ${LEASE}`]);
  expect(JSON.parse(f.server.calls.at(-1)?.body ?? '')).toEqual({ preconditions: { uid: 'u', resourceVersion: '7' } });
});

test.each([['another', lease('demo-master_1')], ['nobody', lease('')], ['none', undefined]])('a lease of %s is left', async (_whose, found) => {
  serve(found);
  await freeElection(f.api, 5000, f.run.signal);
  expect(f.server.calls.map(({ method }) => method)).not.toContain('DELETE');
});

test.each([404, 409])('one that is taken meanwhile is theirs (%i)', async (answer) => {
  serve(lease('kindbox'), answer);
  await freeElection(f.api, 5000, f.run.signal);
});

test('any other refusal is told', async () => {
  serve(lease('kindbox'), 403);
  expect(await rejection(freeElection(f.api, 5000, f.run.signal))).toMatchObject({ status: 403 });
});
