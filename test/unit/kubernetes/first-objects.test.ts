import { makeAllObjects, parseFirstObjects, type FirstObject } from '../../../src/kubernetes/first-objects.js';
import { status, type Call } from './support/fake-api-server.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

const role: FirstObject = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:basic-user' } };
const account: FirstObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'job-controller', namespace: 'kube-system' } };
const namespace: FirstObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } };

const make = (objects: readonly FirstObject[], waitMs = 2000): Promise<void> => makeAllObjects(f.api, objects, { waitMs, signal: f.run.signal });
const made = (call: Call): string => (JSON.parse(call.body) as FirstObject).metadata.name;

test('of an object of another cluster, what is the same in all is kept', () => {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding',
    metadata: { name: 'b', namespace: 'kube-system', labels: { a: 'b' }, annotations: { c: 'd' }, uid: '1', resourceVersion: '2', creationTimestamp: '2030-01-01T00:00:00Z' },
    roleRef: { name: 'r' }, subjects: [{ name: 's' }],
  };
  const space = { ...namespace, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  expect(parseFirstObjects([binding, space].map((object) => JSON.stringify(object)).join('\n'))).toEqual([
    { ...binding, metadata: { name: 'b', namespace: 'kube-system', labels: { a: 'b' }, annotations: { c: 'd' } } },
    namespace,
  ]);
});

test.each(['', '{', 'null', '[]', '7', '{"kind":"ClusterRole"}', '{"kind":"ClusterRole","metadata":{"name":7}}', '{"kind":"Secret","metadata":{"name":"a"}}', '{"kind":"constructor","metadata":{"name":"a"}}'])(
  'a line that is none of them is left out: %s', (line) => {
    expect(parseFirstObjects(`${line}\n${JSON.stringify(role)}\n`)).toEqual([role]);
  });

test('each is sent to where it belongs', async () => {
  f.server.handler = (call) => { call.json(201, {}); };
  const objects = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'ServiceAccount', 'Namespace'].map((kind) => ({ kind, metadata: { name: 'x', ...(/Cluster|Namespace/.test(kind) ? {} : { namespace: 'kube-public' }) } }));
  await make(objects);
  expect(f.server.paths('POST').sort()).toEqual([
    '/api/v1/namespaces', '/api/v1/namespaces/kube-public/serviceaccounts',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/rolebindings', '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/roles',
  ]);
});

test('what kindbox adds is sent to where it belongs, and is nothing that an image may have', async () => {
  f.server.handler = (call) => { call.json(201, {}); };
  const objects = ['ConfigMap', 'FlowSchema', 'PriorityLevelConfiguration'].map((kind) => ({ kind, metadata: { name: 'x', ...(kind === 'ConfigMap' ? { namespace: 'kube-system' } : {}) } }));
  await make(objects);
  const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1';
  expect(f.server.paths('POST').sort()).toEqual(['/api/v1/namespaces/kube-system/configmaps', `${flowControl}/flowschemas`, `${flowControl}/prioritylevelconfigurations`]);
  expect(parseFirstObjects(objects.map((object) => JSON.stringify(object)).join('\n'))).toEqual([]);
});

test('what kubeadm is about to ask for is there before the rest is sent', async () => {
  const answered: string[] = [];
  f.server.handler = (call) => {
    const name = made(call);
    if (name === role.metadata.name) expect([...answered].sort()).toEqual(['cluster-admin', 'kube-system', 'kubeadm:cluster-admins']);
    setTimeout(() => { answered.push(name); call.json(201, {}); }, name === 'kube-system' ? 50 : 0);
  };
  await make([role, { ...role, metadata: { name: 'cluster-admin' } }, { ...role, kind: 'ClusterRoleBinding', metadata: { name: 'kubeadm:cluster-admins' } }, namespace]);
  expect(answered.at(-1)).toBe(role.metadata.name);
});

test('what is there already is left as it is', async () => {
  f.server.handler = (call) => { call.json(409, status(409, 'AlreadyExists', 'exists')); };
  await make([role, namespace]);
  expect(f.server.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
});

test.each([400, 422])('what the server will never take is not asked for again (%i)', async (answer) => {
  f.server.handler = (call) => { call.json(answer, status(answer, 'Invalid', 'no')); };
  await make([role, namespace]);
  expect(f.server.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
});

test('an account is made again when its namespace has come', async () => {
  let asked = 0;
  f.server.handler = (call) => { if (++asked < 3) call.json(404, status(404, 'NotFound', 'no namespace')); else call.json(201, {}); };
  await make([account]);
  expect(asked).toBe(3);
});

test('a server that is not there yet is waited for', async () => {
  await f.server.stop();
  f.server.handler = (call) => { call.json(201, {}); };
  setTimeout(() => { void f.server.listen(); }, 200);
  await make([namespace, role]);
  expect(f.server.calls.map(made)).toEqual(['kube-system', role.metadata.name]);
});

test('a server that never comes does not fail the run: others tell of it', async () => {
  await f.server.stop();
  await make([namespace], 300);
  expect(f.server.calls).toEqual([]);
});

test('a run that is cancelled makes no more', async () => {
  f.server.handler = (call) => { call.json(404, status(404, 'NotFound', 'no namespace')); };
  const making = make([account]);
  setTimeout(() => { f.run.abort(); }, 150);
  expect(await rejection(making)).toMatchObject({ name: 'CancelledError' });
});
