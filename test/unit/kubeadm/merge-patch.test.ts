import { withArgumentMaps, withArgumentsOf } from '../../../src/kubeadm/extra-args.js';
import { changedAt, mergePatch, valueAt, type Json } from '../../../src/kubeadm/merge-patch.js';

// The examples of RFC 7386, appendix A.
test.each<[Json, Json, Json]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }], [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }], [{ a: 'b' }, { a: null }, {}], [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }], [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }], [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }], [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }], [['a', 'b'], ['c', 'd'], ['c', 'd']],
  [{ a: 'b' }, ['c'], ['c']], [{ a: 'foo' }, null, null], [{ a: 'foo' }, 'bar', 'bar'], [{ e: null }, { a: 1 }, { e: null, a: 1 }], [[1, 2], { a: 'b', c: null }, { a: 'b' }], [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched with %j is %j', (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

test('a field with the name of a prototype is a field', () => {
  const patch = JSON.parse('{"__proto__": {"evil": 1}, "constructor": {"prototype": {"evil": 1}}}') as Json;
  const merged = mergePatch({ a: 1 }, patch);
  expect(Object.keys(merged as object)).toEqual(['a', '__proto__', 'constructor']);
  expect([Object.getPrototypeOf(merged) === Object.prototype, ({} as { evil?: unknown }).evil]).toEqual([true, undefined]);
  expect(valueAt({}, ['constructor', 'name'])).toBeUndefined();
});

test('a change happens where there is something to change', () => {
  const upper = (value: Json): Json => (typeof value === 'string' ? value.toUpperCase() : value);
  expect(changedAt({ a: { b: 'x' }, c: 1 }, ['a', 'b'], upper)).toEqual({ a: { b: 'X' }, c: 1 });
  for (const path of [['a', 'z'], ['c', 'b'], ['constructor', 'name'], []]) expect(changedAt({ a: { b: 'x' }, c: 1 }, path, upper)).toEqual({ a: { b: 'x' }, c: 1 });
});

test('arguments go from list to map and back', () => {
  const list = { kind: 'InitConfiguration', nodeRegistration: { kubeletExtraArgs: [{ name: 'v', value: '4' }, { name: 'fail-swap-on', value: 'false' }] } };
  const map = { kind: 'InitConfiguration', nodeRegistration: { kubeletExtraArgs: { v: '4', 'fail-swap-on': 'false' } } };
  expect(withArgumentMaps('InitConfiguration', list)).toEqual(map);
  expect(withArgumentsOf('kubeadm.k8s.io/v1beta4', map)).toEqual(list);
  expect(withArgumentsOf('kubeadm.k8s.io/v1beta3', list)).toEqual(map);
});

test('an argument that is said twice stays said twice', () => {
  const twice = { kind: 'ClusterConfiguration', apiServer: { extraArgs: [{ name: 'service-account-issuer', value: 'a' }, { name: 'service-account-issuer', value: 'b' }] } };
  expect(withArgumentsOf('kubeadm.k8s.io/v1beta4', withArgumentMaps('ClusterConfiguration', twice))).toEqual(twice);
});

test('numbers and booleans become what Kubernetes writes for them', () => {
  const written = withArgumentsOf('kubeadm.k8s.io/v1beta4', { kind: 'ClusterConfiguration', etcd: { local: { extraArgs: { a: 1, b: true, c: '' } } } });
  expect(written).toMatchObject({ etcd: { local: { extraArgs: [{ name: 'a', value: '1' }, { name: 'b', value: 'true' }, { name: 'c', value: '' }] } } });
});
