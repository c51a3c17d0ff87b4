import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { rangesOverlap } from '../../src/nodes/ranges.js';
import { clusterName, useCluster, useKindbox, type ClusterFixture } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady, type Pod } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { fetchFromHost, Probe, PROBE_NODE_PORT, PROBE_PORT } from '../support/probe.js';
import { anyRuntime, runtimesOfFeatures } from '../support/runtimes.js';

async function internalIps({ kubectl }: ClusterFixture): Promise<string[][]> {
  return (await kubectl.nodes()).map(({ status }) => status.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address));
}

function ipv6Of(pod: Pod | undefined): string {
  const address = pod?.status.podIPs?.map(({ ip }) => ip).find(isIPv6);
  if (address === undefined) throw new Error(`${pod?.metadata.name} has no IPv6 address`);
  return address;
}

describe.each(runtimesOfFeatures)('a cluster on a network that has IPv6, on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const network = `${name}-theirs`;
  const ipv6 = `fd${randomInt(16, 256).toString(16)}:${randomInt(1, 65_536).toString(16)}:2::`;
  beforeAll(async () => {
    await docker(['network', 'create', '--ipv6', '--subnet', `10.210.${randomInt(256)}.0/24`, '--subnet', `${ipv6}/64`, network]);
  });
  const home = useKindbox(name);
  afterAll(async () => {
    await docker(['network', 'rm', network]);
  });
  const cluster = useCluster(home, name, ['--num-workers=1', `--net=${network}`, '--wait-all', `--runtime=${runtime}`]);
  let probe: Probe;
  beforeAll(async () => {
    probe = await Probe.deploy(cluster);
    await cluster.kubectl.apply({
      apiVersion: 'v1', kind: 'Service', metadata: { name: 'probe6' },
      spec: { type: 'NodePort', ipFamilies: ['IPv6'], selector: { app: 'probe' }, ports: [{ port: 80, targetPort: PROBE_PORT, nodePort: PROBE_NODE_PORT + 1 }] },
    });
  });

  test('every node has an address of each family', async () => {
    for (const [first = '', second = '', ...more] of await internalIps(cluster)) {
      expect([isIPv6(first), rangesOverlap(`${second}/128`, `${ipv6}/64`), more]).toEqual([false, true, []]);
    }
  });

  test('every pod reaches every pod of another node by its IPv6 address', async () => {
    for (const [from, to] of [probe.pods, [...probe.pods].reverse()]) {
      if (from === undefined || to === undefined) throw new Error('there are not two probes');
      expect(await eventually(() => probe.run(from, 'fetch', `http://[${ipv6Of(to)}]:${PROBE_PORT}/hostname`))).toBe(to.metadata.name);
      expect(await eventually(() => probe.run(from, 'fetch', `http://${to.status.podIP}:${PROBE_PORT}/hostname`))).toBe(to.metadata.name);
    }
  });

  test('pods reach a Service of IPv6 by its address and by its name, and the host by a NodePort', async () => {
    const { spec } = await cluster.kubectl.get<{ spec: { clusterIP: string } }>('service', 'probe6');
    expect(isIPv6(spec.clusterIP)).toBe(true);
    for (const pod of probe.pods) {
      for (const host of [`[${spec.clusterIP}]`, 'probe6']) {
        expect(probe.podNames).toContain(await eventually(() => probe.run(pod, 'fetch', `http://${host}/hostname`)));
      }
    }
    for (const [, address = ''] of await internalIps(cluster)) {
      expect(probe.podNames).toContain(await eventually(() => fetchFromHost(`http://[${address}]:${PROBE_NODE_PORT + 1}/hostname`)));
    }
  });

  test('a worker that is added has both families, and after a restart all have the same', async () => {
    await home.kindbox.succeed(['resize', '--num-workers=2', '--wait-all', name]);
    const before = await internalIps(cluster);
    expect(before.map((addresses) => addresses.map(isIPv6))).toEqual([[false, true], [false, true], [false, true]]);
    await home.kindbox.succeed(['stop', name]);
    await home.kindbox.succeed(['start', '--wait-all', name]);
    expect(await internalIps(cluster)).toEqual(before);
    expect((await cluster.kubectl.nodes()).map(isReady)).toEqual([true, true, true]);
  });
});

describe('a cluster of both families on a network of its own', () => {
  const name = clusterName(`${filePrefix}o`, anyRuntime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=0', '--ip-family=dual', '--wait-all', `--runtime=${anyRuntime}`]);

  test('its node and its pods have an address of each', async () => {
    expect((await internalIps(cluster)).map((addresses) => addresses.map(isIPv6))).toEqual([[false, true]]);
    const [pod] = (await Probe.deploy(cluster)).pods;
    expect(rangesOverlap(`${ipv6Of(pod)}/128`, 'fd00:10:244::/48')).toBe(true);
  });
});
