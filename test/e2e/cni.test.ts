import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { chooseCni, cniImages } from '../../src/cni/cni.js';
import type { NoteEvent } from '../../src/events/event.js';
import { clusterName, useCluster, useKindbox, type ClusterFixture } from '../support/cluster-fixture.js';
import { addressOf, inNode, inspectContainer } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { Probe, PROBE_PORT } from '../support/probe.js';
import { anyRuntime, runtimes } from '../support/runtimes.js';

const FLANNEL = fileURLToPath(new URL('../../src/cni/manifests/flannel.yaml', import.meta.url));
const settings = { podSubnet: '10.244.0.0/16', apiServer: new URL('https://127.0.0.1:6443') };

async function everyNodeIsReady(cluster: ClusterFixture): Promise<void> {
  await eventually(async () => {
    expect((await cluster.kubectl.nodes()).filter((node) => !isReady(node)).map((node) => node.metadata.name)).toEqual([]);
  });
}

/** Pods of all nodes, asked for their names by one another over the network of the pods. */
async function whatPodsAnswer(cluster: ClusterFixture): Promise<{ readonly answers: string[]; readonly names: string[] }> {
  const probe = await Probe.deploy(cluster);
  const pairs = probe.pods.flatMap((from) => probe.pods.filter((to) => to !== from).map((to) => ({ from, to })));
  const answers = [];
  for (const { from, to } of pairs) answers.push(await eventually(() => probe.run(from, 'fetch', `http://${to.status.podIP}:${PROBE_PORT}/hostname`)));
  return { answers, names: pairs.map(({ to }) => to.metadata.name) };
}

describe('a cluster without a CNI', () => {
  const name = clusterName(`${filePrefix}-none`, anyRuntime);
  const cluster = useCluster(useKindbox(name), name, ['--num=1', '--cni=none', `--runtime=${anyRuntime}`]);

  test('with bridges and routes of the user\'s, pods of two nodes talk', async () => {
    const nodes = await Promise.all(cluster.nodes.map(async (node) => ({ node, address: await addressOf(node), podCidr: await podCidrOf(cluster, node) })));
    for (const { node, podCidr } of nodes) {
      await inNode(node, ['sh', '-c', 'mkdir -p /etc/cni/net.d && cat >/etc/cni/net.d/10-mine.conflist'], bridge(podCidr));
      for (const other of nodes.filter((each) => each.node !== node)) await inNode(node, ['ip', 'route', 'replace', other.podCidr, 'via', other.address]);
    }
    await everyNodeIsReady(cluster);
    const { answers, names } = await whatPodsAnswer(cluster);
    expect(answers).toEqual(names);
    expect(names).toHaveLength(2);
  });

  // The images cannot be pulled in every place that runs these tests; that the objects are right can be told without.
  test.each(['calico', 'weave'])('the API server accepts every object of %s, strictly validated', async (cni) => {
    const manifest = await (await chooseCni(cni)).manifest?.(settings) ?? '';
    const objects = parseAllDocuments(manifest).length;
    for (const mode of ['--dry-run=server', '--dry-run=none']) {
      const output = await cluster.kubectl.run(['apply', '--server-side', '--validate=strict', mode, '--filename=-'], manifest);
      expect(output.trim().split('\n').filter((line) => line.includes('serverside-applied'))).toHaveLength(objects);
    }
    await eventually(async () => {
      const crds = await cluster.kubectl.get<{ items: { metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }[] }>('crd');
      expect(crds.items.filter(({ status }) => !status.conditions.some(({ type, status: value }) => type === 'Established' && value === 'True'))).toEqual([]);
    });
    await cluster.kubectl.run(['delete', '--wait=false', '--filename=-'], manifest);
  });
});

describe.each(runtimes)('a cluster with a manifest of the user\'s, on %s', (runtime) => {
  const name = clusterName(`${filePrefix}-file`, runtime);
  const home = useKindbox(name);
  const argv: string[] = ['--num=1', `--runtime=${runtime}`];
  beforeAll(async () => {
    const path = join(home.kindbox.home, 'mine.yaml');
    await writeFile(path, await networkOfAnotherName());
    argv.push(`--cni=${path}`);
  });
  const cluster = useCluster(home, name, argv);

  test('says on its nodes that it is the user\'s', async () => {
    expect(cluster.created.cni).toBe('file');
    expect((await inspectContainer(cluster.master)).Config.Labels['dev.kindbox.cni']).toBe('file');
  });

  test('a worker that a resize adds gets that network too, and all pods talk', async () => {
    await cluster.kindbox.json(['resize', '--num-workers=2', '--wait-all', name]);
    const { answers, names } = await whatPodsAnswer(cluster);
    expect(answers).toEqual(names);
    expect(names).toHaveLength(6);
  });
});

describe('a CNI whose images no node has', () => {
  const name = clusterName(`${filePrefix}-pull`, anyRuntime);
  const home = useKindbox(name);

  test('is announced before the wait that it makes long', async () => {
    const seen: string[] = [];
    const notes: NoteEvent[] = [];
    await home.kindbox.run(['create', '--num=0', '--cni=weave', '--wait=3s', `--runtime=${anyRuntime}`, '--progress=json', name], {
      onEvent: (event) => {
        if (event.type === 'note') notes.push(event);
        seen.push(event.type === 'step' ? `${event.stage} ${event.status}` : event.type === 'note' && event.message.includes('weaveworks') ? 'announcement' : event.type);
      },
    });
    const announcement = notes.find(({ message }) => message.includes('is going to pull'))?.message;
    for (const image of await cniImages(await chooseCni('weave'), settings)) expect(announcement).toContain(image);
    expect(seen.indexOf('announcement')).toBeLessThan(seen.indexOf('await-ready running'));
  });
});

async function podCidrOf(cluster: ClusterFixture, node: string): Promise<string> {
  return eventually(async () => {
    const { spec } = await cluster.kubectl.get<{ spec: { podCIDR?: string } }>('node', node);
    if (spec.podCIDR === undefined) throw new Error(`${node} has no pod subnet yet`);
    return spec.podCIDR;
  });
}

function bridge(podCidr: string): string {
  return JSON.stringify({
    cniVersion: '1.0.0', name: 'mine',
    plugins: [
      { type: 'bridge', bridge: 'mine0', isGateway: true, ipMasq: true, hairpinMode: true, ipam: { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

/** Flannel under other names, and without the address that only kindbox knows when it applies its own. */
async function networkOfAnotherName(): Promise<string> {
  const text = (await readFile(FLANNEL, 'utf8')).replaceAll('${POD_SUBNET}', settings.podSubnet).replaceAll('kube-flannel', 'my-network');
  return text.split('\n').filter((line) => !line.includes('API_SERVER')).join('\n');
}
