import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sharedAddresses } from '../../src/nodes/shared-addresses.js';
import { rangesOverlap } from '../../src/nodes/ranges.js';
import { ClusterFixture, clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { addressOf, docker, dockerLines, inNode } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { fetchFromHost, Probe, PROBE_NODE_PORT, PROBE_PORT } from '../support/probe.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { anyRuntime } from '../support/runtimes.js';

const runtime = `--runtime=${anyRuntime}`;

async function addressesOf(nodes: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(nodes.map(async (node) => [node, await addressOf(node)] as const)));
}

async function mtuOf(node: string, pattern: string): Promise<number[]> {
  const lines = await inNode(node, ['bash', '-c', `cat /sys/class/net/${pattern}/mtu`]);
  return [...new Set(lines.trim().split('\n').map(Number))];
}

describe('two clusters on one network that is not ours, with an MTU of its own', () => {
  const name = clusterName(`${filePrefix}s`, anyRuntime);
  const network = `${name}-theirs`;
  const half = `10.211.${randomInt(256)}`;
  beforeAll(async () => {
    await docker(['network', 'create', '--subnet', `${half}.0/24`, '--opt', 'com.docker.network.driver.mtu=1400', network]);
  });
  const home = useKindbox(name);
  afterAll(async () => {
    await docker(['network', 'rm', network]);
  });
  const first = new ClusterFixture(home, name);
  // Made at the same time, neither knows of the other: where their names fall on one address, Docker gives the later node another.
  const addressesFor = (cluster: string, ...places: number[]): unknown[] => sharedAddresses({ subnets: [`${half}.0/24`], dynamicRanges: [], used: new Set() }, cluster, places);
  const apart = ['b', 'c', 'd'].map((suffix) => `${name}-${suffix}`).find((other) => !addressesFor(name, 0, 1).includes(addressesFor(other, 0)[0]));
  const second = new ClusterFixture(home, apart ?? '');
  const probes = new Map<ClusterFixture, Probe>();

  beforeAll(async () => {
    await ensureProbeImage();
    const create = (cluster: ClusterFixture, workers: number) => cluster.create([`--num-workers=${workers}`, `--net=${network}`, runtime, '--wait-all', '--kubeconfig=merge']);
    const created = await Promise.allSettled([create(first, 1), create(second, 0)]);
    for (const result of created) if (result.status === 'rejected') throw result.reason;
    for (const cluster of [first, second]) probes.set(cluster, await Probe.deploy(cluster));
  });

  const serves = async (cluster: ClusterFixture): Promise<void> => {
    const answer = await eventually(async () => fetchFromHost(`http://${await addressOf(cluster.master)}:${PROBE_NODE_PORT}/hostname`));
    expect(probes.get(cluster)?.podNames).toContain(answer);
  };

  test('made at the same time, both are in one kubeconfig, and the network is the one that was there', async () => {
    expect(first.kubeconfig).toBe(second.kubeconfig);
    const text = await readFile(first.kubeconfig, 'utf8');
    for (const { created } of [first, second]) {
      expect(text).toContain(`name: ${created.context}`);
      expect(created.nodes.map(({ ready }) => ready)).toEqual(created.nodes.map(() => true));
    }
    expect(await dockerLines(['network', 'ls', '--quiet', `--filter=name=${name}`])).toHaveLength(1);
  });

  test('every node has an address where Docker goes last', async () => {
    const addresses = Object.values(await addressesOf([...first.nodes, ...second.nodes]));
    expect(new Set(addresses).size).toBe(3);
    expect(addresses.filter((address) => !rangesOverlap(`${address}/32`, `${half}.128/25`))).toEqual([]);
  });

  test('nodes have the MTU of the network, and pods what flannel leaves of it', async () => {
    for (const node of [...first.nodes, ...second.nodes]) {
      expect(await Promise.all(['eth0', 'flannel.1', 'veth*'].map((pattern) => mtuOf(node, pattern)))).toEqual([[1400], [1350], [1350]]);
    }
  });

  test('pods of one reach nodes of the other, as was asked for', async () => {
    const [pod] = probes.get(first)?.pods ?? [];
    if (pod === undefined) throw new Error('the first has no probe');
    const answer = await eventually(async () => probes.get(first)?.run(pod, 'fetch', `http://${await addressOf(second.master)}:${PROBE_NODE_PORT}/hostname`));
    expect(probes.get(second)?.podNames).toContain(answer);
  });

  test('the one finds its addresses again, although the other has grown meanwhile', async () => {
    const before = await addressesOf(first.nodes);
    await home.kindbox.succeed(['stop', first.name]);
    await home.kindbox.succeed(['resize', '--num-workers=1', '--wait-all', second.name]);
    await home.kindbox.succeed(['start', '--wait-all', first.name]);
    expect(await addressesOf(first.nodes)).toEqual(before);
    expect(Object.values(before)).not.toContain(await addressOf(`${second.name}-worker-0`));
    expect((await first.kubectl.nodes()).map(isReady)).toEqual([true, true]);
    expect((await second.kubectl.nodes()).map(isReady)).toEqual([true, true]);
  });

  test('destroying the one leaves the other, and the network', async () => {
    await home.kindbox.succeed(['destroy', first.name]);
    expect(await leftoversOf(first.name)).toEqual(NOTHING);
    await serves(second);
    await home.kindbox.succeed(['destroy', second.name]);
    expect(await leftoversOf(second.name)).toEqual(NOTHING);
    expect(await docker(['network', 'inspect', '--format', '{{len .Containers}}', network])).toBe('0');
  });
});

describe("a cluster on Docker's default network", () => {
  const name = clusterName(`${filePrefix}d`, anyRuntime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', '--net=bridge', '--wait-all', runtime]);
  let probe: Probe;
  beforeAll(async () => {
    probe = await Probe.deploy(cluster);
  });

  test('the nodes are on it, and no other was made', async () => {
    const bridge = await docker(['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Subnet}}', 'bridge']);
    const addresses = Object.values(await addressesOf(cluster.nodes));
    expect(addresses.filter((address) => !rangesOverlap(`${address}/32`, bridge))).toEqual([]);
    expect((await leftoversOf(name)).networks).toEqual([]);
  });

  test('pods reach each other across nodes, and find Services by name', async () => {
    for (const [from, to] of [probe.pods, [...probe.pods].reverse()]) {
      if (from === undefined || to === undefined) throw new Error('there are not two probes');
      expect(await eventually(() => probe.run(from, 'fetch', `http://${to.status.podIP}:${PROBE_PORT}/hostname`))).toBe(to.metadata.name);
      expect(await eventually(() => probe.run(from, 'resolve', Probe.serviceName))).toBe(probe.clusterIp);
    }
  });
});
