import { useCluster, useKindbox } from '../support/cluster-fixture.js';
import { addressOf, docker } from '../support/docker.js';
import { getByKubeconfig, readKubeconfig } from '../support/kubeconfig.js';
import { isReady } from '../support/kubectl.js';
import { listed } from '../support/life.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { anyRuntime, mainOf } from '../support/runtimes.js';

/** Networks that kindbox did not make: Docker gives addresses there to whoever comes first. */
describe.each(mainOf(`${filePrefix}-net-of-user`, 'bridge'))(`a cluster on ${anyRuntime} in the network %s`, (network) => {
  const isMade = network !== 'bridge';
  const name = `${filePrefix}${isMade ? 'user' : 'bridge'}`;
  const squatters: string[] = [];

  beforeAll(async () => {
    if (isMade) await docker(['network', 'create', network]);
  });
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', `--net=${network}`, `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--wait-all']);
  afterAll(async () => {
    if (squatters.length > 0) await docker(['rm', '--force', ...squatters]);
    // Whoever is left in it keeps the network, and the test that left him fails.
    if (isMade) await docker(['network', 'rm', network]);
  });

  const readyNodes = async (): Promise<string[]> => (await cluster.kubectl.nodes()).filter(isReady).map(({ metadata }) => metadata.name);

  test('works by the kubeconfig that create wrote', async () => {
    const { items } = await getByKubeconfig<{ items: object[] }>(await readKubeconfig(cluster.kubeconfig), '/api/v1/nodes');
    expect(items).toHaveLength(2);
  });

  test('list knows its network while it is stopped', async () => {
    await cluster.kindbox.succeed(['stop', name]);
    expect(await listed(cluster)).toMatchObject({ state: 'stopped', network });
  });

  test('comes back when others have the addresses of before, and the worker was started first', async () => {
    const before = cluster.created.nodes.map(({ address }) => address);
    const image = await ensureProbeImage();
    while (!await areTaken(network, before)) squatters.push(await docker(['run', '--detach', '--network', network, image, 'serve', ':8080']));
    for (const node of [...cluster.nodes].reverse()) await docker(['start', node]);
    expect(before).not.toContain(await addressOf(cluster.master));
    await cluster.kindbox.succeed(['start', '--wait-all', name]);
    expect(await readyNodes()).toEqual(cluster.nodes);
  });

  test('is reached at its new address by the kubeconfig that start has brought up to date', async () => {
    const config = await readKubeconfig(cluster.kubeconfig);
    expect(config.clusters[0]?.cluster.server).toBe(`https://${await addressOf(cluster.master)}:6443`);
    const { items } = await getByKubeconfig<{ items: object[] }>(config, '/api/v1/nodes');
    expect(items).toHaveLength(2);
  });

  test('takes a worker more after that', async () => {
    await cluster.kindbox.succeed(['node', 'add', '--wait-all', name]);
    expect(await readyNodes()).toEqual([...cluster.nodes, `${name}-worker-1`]);
  });

  test('survives a restart of the control plane alone', async () => {
    await cluster.kindbox.succeed(['node', 'restart', cluster.master]);
    expect(await readyNodes()).toEqual([...cluster.nodes, `${name}-worker-1`]);
    await cluster.kindbox.succeed(['node', 'restart', `${name}-worker-1`]);
    expect(await readyNodes()).toEqual([...cluster.nodes, `${name}-worker-1`]);
  });

  test('leaves the network as it was', async () => {
    await cluster.kindbox.succeed(['destroy', name]);
    expect(await docker(['network', 'inspect', '--format', '{{.Name}}', network])).toBe(network);
  });
});

async function areTaken(network: string, addresses: readonly string[]): Promise<boolean> {
  const containers = JSON.parse(await docker(['network', 'inspect', '--format', '{{json .Containers}}', network])) as Record<string, { IPv4Address: string }>;
  const taken = Object.values(containers).map(({ IPv4Address }) => IPv4Address.split('/')[0]);
  return addresses.every((address) => taken.includes(address));
}
