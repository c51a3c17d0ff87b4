import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseCni } from '../../src/cni/cni.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { inNode } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { Probe } from '../support/probe.js';
import { anyRuntime, runtimesOfFeatures } from '../support/runtimes.js';

async function readyNodes(kubectl: { nodes(): Promise<readonly Parameters<typeof isReady>[0][]> }): Promise<boolean[]> {
  return (await kubectl.nodes()).map(isReady);
}

describe.each(runtimesOfFeatures)('a cluster whose network is the user\'s own, on %s', (runtime) => {
  const name = clusterName(`${filePrefix}n`, runtime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', '--cni=none', `--runtime=${runtime}`]);

  test.each(['calico', 'weave'] as const)('the API server accepts every object of %s', async (cni) => {
    const settings = { podSubnet: '10.244.0.0/16', apiServer: new URL('https://172.18.0.2:6443') };
    const manifest = await (await chooseCni(cni)).manifest?.(settings) ?? '';
    const accepted = await cluster.kubectl.run(['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename=-'], manifest);
    const objects = manifest.split(/^---$/m).length;
    expect(accepted.trim().split('\n').filter((line) => line.endsWith('serverside-applied (server dry run)'))).toHaveLength(objects);
  });

  test('with a bridge on each node and routes between them pods of two nodes talk', async () => {
    const nodes = await cluster.kubectl.get<{ items: { metadata: { name: string }; spec: { podCIDR: string }; status: { addresses: { type: string; address: string }[] } }[] }>('nodes');
    const known = nodes.items.map(({ metadata, spec, status }) => ({
      node: metadata.name, pods: spec.podCIDR, address: status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '',
    }));
    for (const { node, pods } of known) {
      for (const other of known.filter((candidate) => candidate.node !== node)) await inNode(node, ['ip', 'route', 'add', other.pods, 'via', other.address]);
      await inNode(node, ['mkdir', '-p', '/etc/cni/net.d']);
      await inNode(node, ['tee', '/etc/cni/net.d/10-bridge.conflist'], JSON.stringify({
        cniVersion: '0.4.0', name: 'mine',
        plugins: [
          { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: true, hairpinMode: true, ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] } },
          { type: 'portmap', capabilities: { portMappings: true } },
        ],
      }));
    }
    await eventually(async () => expect(await readyNodes(cluster.kubectl)).toEqual([true, true]));
    const probe = await Probe.deploy(cluster);
    const [first, second] = probe.pods;
    if (first === undefined || second === undefined) throw new Error('there are not two probes');
    expect((await probe.run(first, 'fetch', `http://${second.status.podIP}:8080/hostname`)).trim()).toBe(second.metadata.name);
    expect((await probe.run(second, 'fetch', `http://${first.status.podIP}:8080/hostname`)).trim()).toBe(first.metadata.name);
  });
});

describe('a cluster whose CNI is a manifest of the user\'s', () => {
  const name = clusterName(`${filePrefix}f`, anyRuntime);
  const home = useKindbox(name);
  let folder: string;
  // The subnet makes known where the API server is going to be.
  const subnet = '10.213.77.0/24';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindbox-cni-'));
    const ours = await (await chooseCni('flannel')).manifest?.({ podSubnet: '10.210.0.0/16', apiServer: new URL('https://10.213.77.2:6443') }) ?? '';
    await writeFile(join(folder, 'own.yaml'), ours.replaceAll(/(name|namespace): kube-flannel$/gm, '$1: own-flannel'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('its pods make the nodes Ready, on the subnet that was asked for', async () => {
    const argv = ['create', '--num-workers=1', `--cni=${join(folder, 'own.yaml')}`, `--subnet=${subnet}`, '--pod-subnet=10.210.0.0/16', `--runtime=${anyRuntime}`, '--wait-all', name];
    const created = await home.kindbox.json<{ cni: string; nodes: { address: string; ready: boolean }[] }>(argv);
    expect(created).toMatchObject({ cni: 'file', nodes: [{ address: '10.213.77.2', ready: true }, { address: '10.213.77.3', ready: true }] });
    expect(await inNode(`${name}-master`, ['kubectl', 'get', 'pods', '--namespace=own-flannel', '--output=jsonpath={.items[*].status.phase}'])).toBe('Running Running');
  });

  test('a worker that is added later gets the same network', async () => {
    await home.kindbox.succeed(['resize', '--num-workers=2', '--wait-all', name]);
    expect(await inNode(`${name}-master`, ['kubectl', 'get', 'pods', '--namespace=own-flannel', '--output=jsonpath={.items[*].status.phase}'])).toBe('Running Running Running');
  });
});
