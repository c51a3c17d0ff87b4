import type { DestroyResult } from '../../src/cluster/options.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker, inspectContainer } from '../support/docker.js';
import { isReady } from '../support/kubectl.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { runtimes } from '../support/runtimes.js';

describe.each(runtimes)('a cluster without a CNI on a network that is not ours, on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const network = `${name}-theirs`;
  beforeAll(async () => {
    await docker(['network', 'create', network]);
  });
  // Behind the fixture's own clean-up: hooks of afterAll run in the order in which they are defined.
  const home = useKindbox(name);
  afterAll(async () => {
    await docker(['network', 'rm', network]);
  });
  const cluster = useCluster(home, name, ['--num=2', '--cni=none', `--net=${network}`, `--runtime=${runtime}`]);

  test('--num is understood as --num-workers', () => {
    expect(cluster.created.workers).toBe(2);
  });

  test('all nodes have joined, and none is Ready', async () => {
    expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual(cluster.nodes.map((node) => [node, false]));
  });

  test('the nodes are on that network alone, and no other was made', async () => {
    const networks = await Promise.all(cluster.nodes.map(async (node) => Object.keys((await inspectContainer(node)).NetworkSettings.Networks)));
    expect(networks).toEqual(cluster.nodes.map(() => [network]));
    expect((await leftoversOf(name)).networks).toEqual([]);
  });

  test('destroy keeps that network, and leaves nothing else', async () => {
    const { destroyed } = await cluster.kindbox.json<DestroyResult>(['destroy', name]);
    expect(destroyed.map((each) => [each.name, [...each.nodes].sort()])).toEqual([[name, cluster.nodes]]);
    expect(await leftoversOf(name)).toEqual(NOTHING);
    expect(await docker(['network', 'inspect', '--format', '{{.Name}}', network])).toBe(network);
  });
});
