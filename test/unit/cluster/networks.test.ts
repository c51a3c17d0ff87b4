import { createCluster } from '../../../src/cluster/create.js';
import { clusterRanges } from '../../../src/cluster/ip-family.js';
import { requireApart, requireFreeSubnet } from '../../../src/cluster/network-conflicts.js';
import { addressesBeside, observeNetwork } from '../../../src/cluster/network-facts.js';
import type { EngineContext } from '../../../src/engine.js';
import { KindboxError } from '../../../src/errors/index.js';
import type { ObservedNetwork } from '../../../src/provider/types.js';
import type { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';
import { CREATE, fakeEngine } from './support/fake-engine.js';

const inner = clusterRanges(CREATE, false);
const network = (name: string, ...subnets: string[]): ObservedNetwork => ({ id: `id-${name}`, name, labels: {}, subnets });

let provider: FakeProvider;
let context: EngineContext;
beforeEach(async () => { ({ provider, context } = await fakeEngine()); });

async function refusal(work: () => unknown): Promise<KindboxError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof KindboxError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

const provide = (...networks: ObservedNetwork[]): void => { networks.forEach((each) => provider.networks.set(each.id, each)); };

test('a subnet that another network has is refused before anything is made, with one that is free', async () => {
  provide(network('theirs', '172.30.0.0/16'), network('more', '10.200.0.0/24'));
  const error = await refusal(() => createCluster(context, { ...CREATE, subnet: '172.30.7.0/24' }));
  expect([error.reason, error.message]).toEqual(['conflict', 'The subnet 172.30.7.0/24 overlaps that of the Docker network theirs (172.30.0.0/16)']);
  expect(error.next).toContain('Choose another one, for example --subnet=10.201.0.0/16');
  expect(provider.calls).toEqual(['describeHost']);
});

test('a subnet beside those of other networks is free', () => {
  expect(() => { requireFreeSubnet('172.30.7.0/24', [network('theirs', '172.29.0.0/16', 'fd00::/64'), network('host')], inner); }).not.toThrow();
});

test.each([
  ['pods', '10.244.128.0/20', /The pod subnet 10.244.0.0\/16 overlaps that of the Docker network mine \(10.244.128.0\/20\)/],
  ['Services', '10.100.0.0/16', /The service subnet 10.96.0.0\/12 overlaps/],
])('a network with addresses of %s is refused before anything is made', async (_what, subnet, message) => {
  provide(network('mine', subnet));
  const error = await refusal(() => createCluster(context, { ...CREATE, network: 'mine' }));
  expect(error.reason).toBe('conflict');
  expect(error.message).toMatch(message);
  expect(error.next.length).toBeGreaterThan(0);
  expect(provider.calls).toEqual(['describeHost']);
});

test('so is a network whose subnet the engine chose so; it is removed again', async () => {
  provider.subnetOfNetworks = '10.244.0.0/20';
  const error = await refusal(() => createCluster(context, CREATE));
  expect(error.message).toContain('overlaps that of the Docker network demo-net');
  expect([...provider.networks]).toEqual([]);
  expect(provider.calls.filter((call) => call.startsWith('create '))).toEqual([]);
});

test('the family of a range matters', () => {
  expect(() => { requireApart(network('mine', '172.30.0.0/16', 'fd00:10:244::/64'), inner); }).not.toThrow();
});

describe('on a network that others use too', () => {
  test('each node is given an address that nobody has', async () => {
    provide(network('mine', '172.30.0.0/24'));
    const first = (await observeNetwork(context, { ...CREATE, network: 'mine' }, 'run1')).addresses?.map(({ ipv4 }) => ipv4) ?? [];
    expect(new Set(first).size).toBe(3);
    provider.nodes.set('n1', { ...observedNode('demo', 'control-plane', 0), addresses: first.map((ipv4 = '') => ({ networkId: 'id-mine', networkName: 'mine', ipv4 })) });
    const second = (await observeNetwork(context, { ...CREATE, network: 'mine' }, 'run1')).addresses?.map(({ ipv4 }) => ipv4) ?? [];
    expect(second.filter((address) => first.includes(address))).toEqual([]);
  });

  test.each(['mine', 'bridge'])('the control plane has a lasting address too: Docker may refuse the other, on %s', async (name) => {
    provide({ ...network(name, '172.30.0.0/24'), driver: 'bridge' });
    expect((await observeNetwork(context, { ...CREATE, network: name }, 'run1')).lastingAddress).toMatch(/^198\.1[89]\./);
  });

  test('Docker chooses on its default one', async () => {
    provide(network('bridge', '172.17.0.0/16'));
    const facts = await observeNetwork(context, { ...CREATE, network: 'bridge' }, 'run1');
    expect(facts.addresses).toEqual([{}, {}, {}]);
    // Of another than Docker's own driver nothing is known.
    expect(facts.lastingAddress).toBeUndefined();
  });

  test('a worker that joins later is given one beside them, and none on a network of the cluster', async () => {
    const mine = network('mine', '172.30.0.0/24');
    provide(mine);
    const master = { ...observedNode('demo', 'control-plane', 0), addresses: [{ networkId: mine.id, networkName: 'mine', ipv4: '172.30.0.200' }] };
    const cluster = { name: 'demo', nodes: [master], networks: [], volumes: [] };
    const addresses = await addressesBeside(context, cluster, master, [3]);
    expect(addresses.get(3)?.ipv4).toMatch(/^172\.30\.0\.\d+$/);
    expect((await addressesBeside(context, { ...cluster, networks: [mine] }, master, [3])).size).toBe(0);
  });
});
