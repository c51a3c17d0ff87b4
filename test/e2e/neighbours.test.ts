import type { ClusterSummary, DestroyResult } from '../../src/cluster/options.js';
import { ClusterFixture, clusterName, useKindbox } from '../support/cluster-fixture.js';
import { addressOf, docker, dockerLines } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { fetchFromHost, Probe, PROBE_NODE_PORT } from '../support/probe.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { canConnect } from '../support/reach.js';
import { runtimesOfFeatures } from '../support/runtimes.js';

describe.each(runtimesOfFeatures)('two clusters on %s, the name of one being the beginning of the other', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const home = useKindbox(name);
  const first = new ClusterFixture(home, name);
  const second = new ClusterFixture(home, `${name}-b`);
  const both = [first, second];
  const probes = new Map<ClusterFixture, Probe>();

  beforeAll(async () => {
    await ensureProbeImage();
    const created = await Promise.allSettled(both.map((cluster) => cluster.create(['--num-workers=1', `--runtime=${runtime}`, '--wait-all'])));
    for (const result of created) if (result.status === 'rejected') throw result.reason;
    for (const cluster of both) probes.set(cluster, await Probe.deploy(cluster));
  });

  const serves = async (cluster: ClusterFixture): Promise<void> => {
    for (const node of cluster.nodes) {
      const answer = await eventually(async () => fetchFromHost(`http://${await addressOf(node)}:${PROBE_NODE_PORT}/hostname`));
      expect(probes.get(cluster)?.podNames).toContain(answer);
    }
  };

  test('both serve at the same port of their own nodes', async () => {
    await serves(first);
    await serves(second);
  });

  test('each has its own network', async () => {
    const networks = await dockerLines(['network', 'ls', '--filter', 'label=dev.kindbox.cluster', '--format', '{{.Name}}']);
    expect(networks.filter((network) => network.startsWith(name)).sort()).toEqual([`${name}-b-net`, `${name}-net`]);
  });

  test('neither nodes nor pods of one reach the other, unless they are put on one network', async () => {
    const [pod] = probes.get(first)?.pods ?? [];
    if (pod === undefined) throw new Error('the first has no probe');
    const reaching = (address: string) => Promise.all([
      ...[PROBE_NODE_PORT, 6443, 10250].map((port) => canConnect(first.master, address, port)),
      probes.get(first)?.run(pod, 'fetch', `http://${address}:${PROBE_NODE_PORT}/hostname`).then(() => true, () => false),
    ]);
    expect(await reaching(await addressOf(second.master))).toEqual([false, false, false, false]);

    await docker(['network', 'connect', `${name}-net`, second.master]);
    try {
      const together = await docker(['container', 'inspect', '--format', `{{(index .NetworkSettings.Networks "${name}-net").IPAddress}}`, second.master]);
      expect(await reaching(together)).toEqual([true, true, true, true]);
    } finally {
      await docker(['network', 'disconnect', `${name}-net`, second.master]);
    }
  });

  test('list tells them apart', async () => {
    const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
    const ours = clusters.filter((cluster) => cluster.name.startsWith(name));
    expect(ours.map((cluster) => [cluster.name, cluster.workers, cluster.state]).sort()).toEqual([[name, 1, 'running'], [`${name}-b`, 1, 'running']]);
  });

  test('creating one that exists is a conflict, and changes nothing', async () => {
    const before = await leftoversOf(name);
    const run = await home.kindbox.run(['create', `--runtime=${runtime}`, name]);
    expect(run.exitCode).toBe(5);
    expect(await leftoversOf(name)).toEqual(before);
  });

  test('destroying the first leaves nothing of it', async () => {
    const { destroyed, absent } = await home.kindbox.json<DestroyResult>(['destroy', name]);
    expect([destroyed.map((cluster) => cluster.name), absent]).toEqual([[name], []]);
    expect(await leftoversOf(name)).toEqual(NOTHING);
    expect(await home.kindbox.files()).toEqual([`.kube/${name}-b-config`]);
  });

  test('the second goes on serving', async () => {
    await serves(second);
    expect((await second.kubectl.nodes()).map(isReady)).toEqual([true, true]);
  });

  test('destroying the first again succeeds, and says that there is none', async () => {
    const run = await home.kindbox.succeed(['destroy', name]);
    expect(run.stdout + run.stderr).toContain(`no cluster named "${name}"`);
  });

  test('destroying both by name removes the second, and calls the first absent', async () => {
    const { destroyed, absent } = await home.kindbox.json<DestroyResult>(['destroy', name, second.name]);
    expect([destroyed.map((cluster) => cluster.name), absent]).toEqual([[second.name], [name]]);
    expect(await leftoversOf(second.name)).toEqual(NOTHING);
    expect(await home.kindbox.files()).toEqual([]);
  });
});
