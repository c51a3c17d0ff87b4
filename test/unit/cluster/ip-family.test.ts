import { parseAllDocuments } from 'yaml';
import { chooseCni } from '../../../src/cni/cni.js';
import { planCreate, type CreateFacts } from '../../../src/cluster/create-plan.js';
import { registrationSettings } from '../../../src/cluster/handlers/registration.js';
import { clusterRanges, isDual, randomIpv6Subnet, validateIpFamily } from '../../../src/cluster/ip-family.js';
import type { ClusterOperation } from '../../../src/cluster/operations.js';
import type { CreateOptions } from '../../../src/cluster/options.js';
import { ClusterSession } from '../../../src/cluster/session.js';
import { initConfig } from '../../../src/kubeadm/init-config.js';
import { containerRuntime } from '../../../src/nodes/container-runtime.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { isIpv6Range } from '../../../src/nodes/ranges.js';
import { nodeRequest } from '../../../src/provider/docker/node-request.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const options: CreateOptions = {
  name: 'demo', numWorkers: 1, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'flannel', waitAll: false, waitMs: 1000, retain: false,
};
const both = { id: 'n', name: 'mine', labels: {}, subnets: ['172.30.0.0/24', 'fd00:1::/64'] };
const ipv4Only = { ...both, subnets: ['172.30.0.0/24'] };
const facts: CreateFacts = {
  run: 'run1', image: { reference: 'image', kubernetesVersion: 'v1.36.3', cri: 'containerd' }, cni: { name: 'flannel', networked: true, preloaded: true },
  hostAddress: '127.0.0.1', mustPublish: false, dual: true, ipv6Subnet: 'fd12:3456:789a:1::/64',
};

test.each<[string, Partial<CreateOptions>, typeof both | undefined, boolean]>([
  ['a network that has both', {}, both, true],
  ['a network that has both, and the wish for one', { ipFamily: 'ipv4' }, both, false],
  ['a manifest of the user\'s, which may know one', { cni: 'mine.yaml' }, both, false],
  ['a manifest of the user\'s, which knows both', { cni: 'mine.yaml', ipFamily: 'dual' }, both, true],
  ['a CNI of IPv4', { cni: 'calico' }, both, false],
  ['a network of IPv4', {}, ipv4Only, false],
  ['a network that is made', {}, undefined, false],
  ['a network that is made with both', { ipFamily: 'dual' }, undefined, true],
])('%s', (_title, wish, network, dual) => {
  expect(isDual({ ...options, ...wish }, network)).toBe(dual);
});

test('what cannot be is refused', () => {
  expect(() => isDual({ ...options, ipFamily: 'dual' }, ipv4Only)).toThrow(/mine has no IPv6 addresses/);
  expect(() => { validateIpFamily({ ...options, ipFamily: 'ipv6' }); }).toThrow(/without IPv4/);
  expect(() => { validateIpFamily({ ipFamily: 'dual', cni: 'weave' }); }).toThrow(/weave is for IPv4/);
  expect(() => { validateIpFamily({ ipFamily: 'dual', cni: 'none' }); }).not.toThrow();
});

test('a random subnet is one, and another each time', () => {
  const subnets = Array.from({ length: 20 }, randomIpv6Subnet);
  expect(subnets.filter((subnet) => !isIpv6Range(subnet))).toEqual([]);
  expect(new Set(subnets).size).toBe(20);
});

describe('in a plan', () => {
  const { operations } = planCreate(options, facts);
  const find = <K extends ClusterOperation['kind']>(kind: K) => operations.find((operation) => operation.kind === kind) as Extract<ClusterOperation, { kind: K }>;

  test('the network, the nodes and kubeadm get both families', () => {
    expect(find('create-network').spec).toMatchObject({ ipv6Subnet: facts.ipv6Subnet, dividing: true });
    expect(find('create-node').spec).toMatchObject({ ipv6Forwarding: true, labels: { [LABELS.ipFamily]: 'dual' } });
    expect(find('init-control-plane')).toMatchObject({ podSubnet: '10.244.0.0/16,fd00:10:244::/48', serviceSubnet: '10.96.0.0/12,fd00:10:96::/112' });
  });

  test('one family leaves kubeadm its own subnet of Services, and nodes without a label', () => {
    const single = planCreate(options, { ...facts, dual: false }).operations;
    expect(single.find(({ kind }) => kind === 'init-control-plane')).toMatchObject({ podSubnet: '10.244.0.0/16', serviceSubnet: undefined });
    expect(JSON.stringify(single)).not.toContain(LABELS.ipFamily);
  });
});

test('a container of both families has IPv6 on all of its interfaces', () => {
  const spec = { name: 'demo-master', image: 'image', runtime: 'sysbox-runc', network: 'n1', labels: {}, ports: [], ipv4: '172.30.0.2', ipv6: 'fd00:1::2' };
  expect(nodeRequest({ ...spec, ipv6Forwarding: true }, undefined).HostConfig?.Sysctls).toEqual({ 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.all.forwarding': '1' });
  expect(nodeRequest(spec, undefined).HostConfig).not.toHaveProperty('Sysctls');
  expect(nodeRequest(spec, undefined).NetworkingConfig?.EndpointsConfig?.['n1']?.IPAMConfig).toEqual({ IPv4Address: '172.30.0.2', IPv6Address: 'fd00:1::2' });
});

test('a kubelet is told both of its addresses, or left to find its one', async () => {
  const provider = new FakeProvider();
  const context = { provider, emit: () => undefined, signal: new AbortController().signal, environment: {} };
  const session = new ClusterSession(context, { cluster: 'demo', run: 'run1', host: provider.host, kubernetesVersion: 'v1.36.3', master: 'demo-master', waitMs: 1000 });
  const node = observedNode('demo', 'worker', 0, { addresses: [{ networkId: 'n', networkName: 'mine', ipv4: '172.30.0.3', ipv6: 'fd00:1::3' }] });
  const registration = { labels: {}, taints: undefined, limits: undefined };
  const flagsOf = async (labels: Record<string, string>) => (await registrationSettings(session, { ...node, labels }, registration, new AbortController().signal)).kubeletFlags;
  expect(await flagsOf({ [LABELS.ipFamily]: 'dual' })).toEqual({ 'node-ip': '172.30.0.3,fd00:1::3' });
  expect(await flagsOf({})).toEqual({});
});

test('kubeadm and flannel are given the subnets of both', async () => {
  const { pods, services } = clusterRanges({ ...options, serviceSubnet: '10.112.0.0/16' }, true);
  const config = parseAllDocuments(initConfig({
    clusterName: 'demo', nodeName: 'demo-master', kubernetesVersion: 'v1.36.3', runtime: containerRuntime('containerd'), podSubnet: pods.join(','), serviceSubnet: services.join(','),
    certificateNames: [], token: 'abcdef.0123456789abcdef', cgroupVersion: 2, schedulableControlPlane: false,
  })).map((document) => document.toJS() as Record<string, unknown>);
  expect(config.find(({ kind }) => kind === 'ClusterConfiguration')?.['networking']).toEqual({ podSubnet: '10.244.0.0/16,fd00:10:244::/48', serviceSubnet: '10.112.0.0/16,fd00:10:96::/112' });

  const networksOf = async (podSubnet: string): Promise<unknown> => {
    const manifest = await (await chooseCni('flannel')).manifest?.({ podSubnet, apiServer: new URL('https://172.30.0.2:6443') }) ?? '';
    const configMap = parseAllDocuments(manifest).map((document) => document.toJS() as { kind: string; data?: Record<string, string> }).find(({ kind }) => kind === 'ConfigMap');
    return JSON.parse(configMap?.data?.['net-conf.json'] ?? '');
  };
  expect(await networksOf(pods.join(','))).toMatchObject({ Network: '10.244.0.0/16', EnableIPv6: true, IPv6Network: 'fd00:10:244::/48' });
  expect(await networksOf('10.244.0.0/16')).not.toHaveProperty('EnableIPv6');
});
