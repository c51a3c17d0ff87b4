import { changedBy, failedSandboxes, listed, uids } from '../../support/life.js';
import type { ClusterFixture } from '../../support/cluster-fixture.js';
import { addressOf, inspectContainer } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { getByKubeconfig, readKubeconfig } from '../../support/kubeconfig.js';
import { isReady } from '../../support/kubectl.js';
import { fetchFromHost, Probe, PROBE_NODE_PORT } from '../../support/probe.js';

const SELECTOR = 'app=probe';

/** A cluster that is stopped for a while is afterwards what it was before. */
export function stopAndStartScenarios(cluster: ClusterFixture): void {
  let addresses: string[];
  let pods: string[];

  beforeAll(async () => {
    await Probe.deploy(cluster);
    pods = await uids(cluster.kubectl, SELECTOR);
    addresses = await Promise.all(cluster.nodes.map(addressOf));
  });

  test('stop stops every node and list shows it', async () => {
    expect([...await changedBy(cluster, 'stop')].sort()).toEqual([...cluster.nodes].sort());
    expect(await Promise.all(cluster.nodes.map(async (node) => (await inspectContainer(node)).State.Running))).toEqual(cluster.nodes.map(() => false));
    expect(await listed(cluster)).toMatchObject({ state: 'stopped', workers: 1, network: `${cluster.name}-net` });
  });

  test('a second stop finds nothing to do', async () => {
    expect(await changedBy(cluster, 'stop')).toEqual([]);
  });

  test.each([['resize', '--num-workers=2'], ['node', 'add'], ['kubeconfig', 'get']])('%s %s on a stopped cluster is refused, with the way out', async (...verb) => {
    const run = await cluster.kindbox.run([...verb, cluster.name]);
    expect(run.exitCode).toBe(7);
    expect(run.stderr).toContain(`kindbox start ${cluster.name}`);
  });

  test('start starts every node, at the address that it had, and all are Ready when it returns', async () => {
    expect([...await changedBy(cluster, 'start', '--wait-all')].sort()).toEqual([...cluster.nodes].sort());
    expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual(cluster.nodes.map((name) => [name, true]));
    expect(await Promise.all(cluster.nodes.map(addressOf))).toEqual(addresses);
    expect((await listed(cluster)).state).toBe('running');
  });

  test('the pods that ran before run again, and none was started without a network', async () => {
    await eventually(async () => {
      expect((await cluster.kubectl.pods(SELECTOR)).map(isReady)).toEqual(pods.map(() => true));
      expect(await uids(cluster.kubectl, SELECTOR)).toEqual(pods);
    });
    expect(await failedSandboxes(cluster.kubectl)).toEqual([]);
  });

  test('a Service answers at its node port on every node', async () => {
    for (const address of addresses) {
      await eventually(async () => expect(await fetchFromHost(`http://${address}:${PROBE_NODE_PORT}/hostname`)).toMatch(/^probe-/));
    }
  });

  test('the kubeconfig leads to the API server, whose published port may be another one', async () => {
    const { items } = await getByKubeconfig<{ items: object[] }>(await readKubeconfig(cluster.kubeconfig), '/api/v1/nodes');
    expect(items).toHaveLength(cluster.nodes.length);
  });

  test('a second start finds nothing to do', async () => {
    expect(await changedBy(cluster, 'start', '--wait-all')).toEqual([]);
  });

  test.each(['stop', 'start'])('%s of a cluster that there is not exits with 6 and leaves the other alone', async (verb) => {
    const run = await cluster.kindbox.run([verb, cluster.name, `${cluster.name}-ghost`]);
    expect(run.exitCode).toBe(6);
    expect((await listed(cluster)).state).toBe('running');
  });
}
