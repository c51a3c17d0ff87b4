import { createCluster } from '../../../src/cluster/create.js';
import { serverOf } from '../../../src/cluster/server-address.js';
import type { EngineContext } from '../../../src/engine.js';
import { LABELS } from '../../../src/nodes/labels.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

/** Makes the nodes of a cluster on a network that exists; kubeadm is as far as it gets. */
async function nodesOn(provider: FakeProvider, name: string, network: string): Promise<ObservedNode[]> {
  const context: EngineContext = { provider, emit: () => undefined, signal: new AbortController().signal, environment: {} };
  provider.onExec = (_node, argv) => Promise.resolve({ exitCode: argv[0] === 'kubeadm' ? 1 : 0, stdout: '', stderr: '' });
  const create = createCluster(context, {
    name, numWorkers: 1, network, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'none', waitAll: false, waitMs: 1000, retain: true,
  });
  await expect(create).rejects.toThrow(/kubeadm init failed/);
  return [...provider.nodes.values()].filter((node) => node.cluster === name);
}

function withNetwork(driver: string, ...subnets: string[]): FakeProvider {
  const provider = new FakeProvider();
  provider.networks.set('net42', { id: 'net42', name: 'mine', labels: {}, driver, subnets });
  return provider;
}

const addressesOf = (nodes: readonly ObservedNode[]): (string | undefined)[] => nodes.map(({ labels }) => labels[LABELS.lastingAddress]);

test('all nodes on a bridge network have the same address of the control plane, each cluster another', async () => {
  const provider = withNetwork('bridge', 'fd00::/64', '172.30.0.0/16');
  const [first, ...others] = addressesOf(await nodesOn(provider, 'demo', 'mine'));
  expect(first).toMatch(/^198\.(18|19)\./);
  expect(others).toEqual([first]);
  expect(addressesOf(await nodesOn(provider, 'other', 'mine'))).not.toContain(first);
});

test.each([['macvlan', '172.30.0.0/16'], ['bridge', 'fd00::/64']])('none on a %s network of %s', async (driver, subnet) => {
  expect(addressesOf(await nodesOn(withNetwork(driver, subnet), 'demo', 'mine'))).toEqual([undefined, undefined]);
});

describe('the address for clients', () => {
  const internal = 'https://172.18.0.2:6443';
  const master = observedNode('demo', 'control-plane', 0, { addresses: [{ networkId: 'net42', networkName: 'mine', ipv4: '172.30.0.9' }] });
  const lasting = { ...master, labels: { ...master.labels, [LABELS.lastingAddress]: '198.18.0.7' } };

  test.each<[string, ObservedNode, object]>([
    ['is what kubeadm wrote, where it lasts', master, { server: 'https://172.18.0.2:6443' }],
    ['is the node\'s own, where only nodes know the lasting one, under a name that its certificate has', lasting, { server: 'https://172.30.0.9:6443', tlsServerName: 'kubernetes' }],
    ['is the published port before all', { ...lasting, ports: [{ nodePort: 6443, hostPort: 40000, hostAddress: '127.0.0.1' }] }, { server: 'https://127.0.0.1:40000' }],
  ])('%s', (_what, node, expected) => {
    expect(serverOf(node, '127.0.0.1', internal)).toEqual(expected);
  });
});

