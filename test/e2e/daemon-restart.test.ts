import { ClusterFixture, useKindbox, type KindboxFixture } from '../support/cluster-fixture.js';
import { docker, inspectContainer } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { listed, type StartedPod } from '../support/life.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { Probe, PROBE_NODE_PORT } from '../support/probe.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { anyRuntime, mainOf } from '../support/runtimes.js';
import { SecondDockerd } from '../support/second-dockerd.js';

/** Milliseconds in which a cluster comes back; generous, as the bound only ends a test that would never pass. */
const PATIENCE = 300_000;
const FETCH = "fetch(process.argv.at(-1)).then(async (response) => process.stdout.write(await response.text()))";

describe(`a Docker daemon that dies, with clusters on ${anyRuntime}`, () => {
  let second: SecondDockerd;

  beforeAll(async () => {
    const probe = await ensureProbeImage();
    second = await SecondDockerd.start();
    await second.copyImages(NODE_IMAGE, probe);
    // From here on whatever the tests use speaks to the second daemon.
    process.env['DOCKER_HOST'] = second.address;
  });
  afterAll(async () => {
    delete process.env['DOCKER_HOST'];
    await second.stop();
  });

  describe.each(mainOf<[string, readonly string[]]>(['the default network', ['--net=bridge']], ['a network of its own', []]))('and a cluster on %s', (_what, network) => {
    const name = `${filePrefix}${network.length}`;
    const cluster = useProbedCluster(useKindbox(name), name, ['--num-workers=2', ...network]);

    test('the nodes come back by themselves after a kill, and the pods of before run again', async () => {
      const before = await podsOf(cluster);
      await second.restart('SIGKILL');
      await expectRunAgain(cluster, before);
      await expectAnswers(cluster);
    });

    test('they do so after an orderly end, too', async () => {
      const before = await podsOf(cluster);
      await second.restart('SIGTERM');
      await expectRunAgain(cluster, before);
    });

    test('and when they are started in the reverse order', async () => {
      const before = await podsOf(cluster);
      await cluster.kindbox.succeed(['stop', name]);
      for (const node of [...cluster.nodes].reverse()) await docker(['start', node]);
      await expectRunAgain(cluster, before);
      await expectAnswers(cluster);
    });

    test('a cluster that was stopped stays so', async () => {
      await cluster.kindbox.succeed(['stop', name]);
      await second.restart('SIGKILL');
      expect((await listed(cluster)).state).toBe('stopped');
      await cluster.kindbox.succeed(['start', '--wait-all', name]);
      expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual(cluster.nodes.map((node) => [node, true]));
    });
  });

  /** A Service of that cluster answers at the node port of every node. */
  async function expectAnswers(cluster: ClusterFixture): Promise<void> {
    for (const node of cluster.nodes) {
      await eventually(async () => {
        const [address] = Object.values((await inspectContainer(node)).NetworkSettings.Networks);
        const url = `http://${address?.IPAddress}:${PROBE_NODE_PORT}/hostname`;
        expect(await second.run(process.execPath, ['--eval', FETCH, url])).toMatch(/^probe-/);
      });
    }
  }
});

function useProbedCluster(home: KindboxFixture, name: string, argv: readonly string[]): ClusterFixture {
  const cluster = new ClusterFixture(home, name);
  beforeAll(async () => {
    await cluster.create([...argv, `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--wait-all']);
    await Probe.deploy(cluster);
  });
  return cluster;
}

/** How often the pods, one a node, were started, by their identity. */
async function podsOf(cluster: ClusterFixture): Promise<Map<string, number>> {
  const pods = await cluster.kubectl.pods('app=probe') as StartedPod[];
  return new Map(pods.map(({ metadata, status }) => [metadata.uid, status.containerStatuses?.[0]?.restartCount ?? 0]));
}

/** Each kubelet has started its pod anew and reported it, so each node has found the control plane again. */
async function expectRunAgain(cluster: ClusterFixture, before: ReadonlyMap<string, number>): Promise<void> {
  await eventually(async () => {
    const pods = await cluster.kubectl.pods('app=probe');
    const after = await podsOf(cluster);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect([...after].filter(([uid, starts]) => starts <= (before.get(uid) ?? 0))).toEqual([]);
    expect(pods.map(isReady)).toEqual(pods.map(() => true));
    expect((await cluster.kubectl.nodes()).map(isReady)).toEqual(cluster.nodes.map(() => true));
  }, PATIENCE);
}
