import { readFile } from 'node:fs/promises';
import type { ClusterSummary } from '../../../src/cluster/options.js';
import type { ClusterFixture } from '../../support/cluster-fixture.js';
import { addressOf, docker, inNode, inspectContainer } from '../../support/docker.js';
import { isReady } from '../../support/kubectl.js';

/** What the nodes are, as Kubernetes, Docker and kindbox see them. */
export function nodeScenarios(cluster: ClusterFixture, runtime: string): void {
  test('every container is a Ready node of the same name', async () => {
    const nodes = await cluster.kubectl.nodes();
    expect(nodes.map((node) => [node.metadata.name, isReady(node)])).toEqual(cluster.nodes.map((name) => [name, true]));
  });

  test('the nodes run the Kubernetes version that the image says it has', async () => {
    const labelled = await docker(['image', 'inspect', '--format', '{{index .Config.Labels "dev.kindbox.image.kubernetes-version"}}', cluster.created.image]);
    const versions = (await cluster.kubectl.nodes()).map((node) => node.status.nodeInfo.kubeletVersion);
    expect([cluster.created.kubernetesVersion, ...versions]).toEqual(Array.from({ length: 4 }, () => labelled));
  });

  test.each(['master', 'worker-0', 'worker-1'])('the container of %s is unprivileged, of that runtime, and has its own hostname', async (suffix) => {
    const name = `${cluster.name}-${suffix}`;
    const { HostConfig, Config } = await inspectContainer(name);
    expect({ runtime: HostConfig.Runtime, privileged: HostConfig.Privileged, hostname: Config.Hostname }).toEqual({ runtime, privileged: false, hostname: name });
  });

  test('the addresses that create reports are those that Docker gave', async () => {
    const given = await Promise.all(cluster.nodes.map(async (name) => [name, await addressOf(name)]));
    expect(cluster.created.nodes.map(({ name, address }) => [name, address]).sort()).toEqual(given);
  });

  test('list shows the cluster as running, with its nodes', async () => {
    const { clusters } = await cluster.kindbox.json<{ clusters: ClusterSummary[] }>(['list', '-l']);
    const { name, kubernetesVersion, image } = cluster.created;
    const listed = clusters.find((each) => each.name === name);
    expect(listed).toMatchObject({ workers: 2, state: 'running', network: `${name}-net`, kubernetesVersion, image });
    expect(listed?.nodes.map((node) => [node.name, node.state]).sort()).toEqual(cluster.nodes.map((node) => [node, 'running']));
  });

  test('every milestone was reached between the start and the end of create', () => {
    const { milestones, durationMs } = cluster.created;
    expect(Object.keys(milestones)).toEqual(expect.arrayContaining(['create-node', 'init-control-plane', 'join-worker', 'await-dns']));
    expect(Object.entries(milestones).filter(([, ms]) => !(ms >= 0 && ms <= durationMs))).toEqual([]);
  });

  test('the controller manager\'s election is its own, and of what held its controllers for a second nothing is left', async () => {
    const { spec } = await cluster.kubectl.get<{ spec: { holderIdentity: string; leaseTransitions: number } }>('--namespace=kube-system', 'lease', 'kube-controller-manager');
    expect([spec.holderIdentity, spec.leaseTransitions]).toEqual([expect.stringMatching(`^${cluster.master}_`), 0]);
    const { items } = await cluster.kubectl.get<{ items: { metadata: { name: string } }[] }>('flowschemas,prioritylevelconfigurations');
    expect(items.map(({ metadata: { name } }) => name)).toEqual(expect.arrayContaining(['probes', 'exempt']));
    expect(items.map(({ metadata: { name } }) => name)).not.toContain('kindbox-controllers');
  });

  test('a node that joins may read the configuration of kube-proxy, for which kubeadm else asks in vain, and nobody else\'s', async () => {
    const mayRead = (configMap: string): Promise<string> => cluster.kubectl.run(
      ['auth', 'can-i', 'get', `configmap/${configMap}`, '--namespace=kube-system', '--as=system:node:another', '--as-group=system:nodes']).catch(() => 'no');
    expect(await Promise.all(['kube-proxy', 'coredns'].map(mayRead))).toEqual(['yes', 'no']);
    expect(await cluster.kubectl.run(['get', 'configmap', 'kube-proxy', '--namespace=kube-system', '--output=jsonpath={.data}'])).toContain('clusterCIDR');
  });

  test.each(['2379', '2383'])('etcd answers nobody without a certificate at port %s, and does not share its own server with HTTP', async (port) => {
    const asked = docker(['exec', '--interactive', cluster.master, 'openssl', 's_client', '-quiet', '-connect', `127.0.0.1:${port}`], { stdin: 'pipe', input: 'GET /version HTTP/1.0\r\n\r\n' });
    await expect(asked).rejects.toThrow('certificate required');
    const log = await cluster.kubectl.run(['logs', '--namespace=kube-system', `etcd-${cluster.master}`]);
    expect(log).toContain('serving client traffic');
    expect(log).not.toContain('http and grpc server on single port');
  });

  test('root of a node is on the host the user that its uid map names', async () => {
    const map = (await inNode(cluster.master, ['cat', '/proc/self/uid_map'])).trim().split(/\s+/).map(Number);
    const [inside, outside, count] = map;
    // For the reader of the log: whether there is a user namespace depends on the runtime.
    process.stdout.write(`uid map of ${cluster.master} on ${runtime}: ${map.join(' ')}\n`);
    expect({ inside, counted: (count ?? 0) >= 65536 }).toEqual({ inside: 0, counted: true });
    const pid = await docker(['container', 'inspect', '--format', '{{.State.Pid}}', cluster.master]);
    const [, realUid] = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
    expect(Number(realUid)).toBe(outside);
  });
}
