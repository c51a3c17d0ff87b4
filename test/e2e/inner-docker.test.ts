import type { LoadResult } from '../../src/images/load/options.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { dockerLines, inNode } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { fetchFromNode, Probe, PROBE_NODE_PORT } from '../support/probe.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { runtimes } from '../support/runtimes.js';

/** The last Kubernetes whose kubelet speaks to Docker by itself: document 003's generation. Its image is made by night only (jest.config.js). */
const KUBERNETES = 'v1.23.17';

describe.each(runtimes)('a cluster whose nodes have Docker inside on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const home = useKindbox(name);
  const cluster = useCluster(home, name, ['--num-workers=1', `--k8s-version=${KUBERNETES}`, `--runtime=${runtime}`, '--wait-all']);
  const added = `${name}-worker-1`;
  const nodes = (): string[] => [...cluster.nodes, added];
  let probe: Probe;

  test('every node is Ready, runs its pods by Docker, and is no privileged container', async () => {
    expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, node.status.nodeInfo.kubeletVersion, isReady(node)]))
      .toEqual(cluster.nodes.map((node) => [node, KUBERNETES, true]));
    for (const node of await cluster.kubectl.nodes()) expect(node.status.nodeInfo.containerRuntimeVersion).toMatch(/^docker:\/\/20\.10\./);
    expect(await dockerLines(['inspect', '--format', '{{.HostConfig.Privileged}}', ...cluster.nodes])).toEqual(['false', 'false']);
  });

  test('the unpacked images of pods are the node image\'s, not copies', async () => {
    const folders = (await inNode(cluster.master, ['sh', '-c', 'for image in $(docker image ls -q); do readlink "$(docker image inspect -f "{{.GraphDriver.Data.UpperDir}}" "$image")" || echo copied; done'])).trim().split('\n');
    expect(folders.length).toBeGreaterThanOrEqual(7);
    for (const folder of folders) expect(folder).toMatch(/^\/kindbox\/layers\//);
  });

  test('resize adds a worker, which becomes Ready', async () => {
    await home.kindbox.succeed(['resize', '--num-workers=2', '--wait-all', name]);
    expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual(nodes().map((node) => [node, true]));
  });

  test('an image of the host\'s Docker is loaded into the Docker of every node, once', async () => {
    const image = await ensureProbeImage();
    const load = (): Promise<LoadResult> => home.kindbox.json<LoadResult>(['load', 'image', image, '--cluster', name]);
    const reference = `docker.io/${image}`;
    expect((await load()).nodes.map(({ loaded }) => loaded)).toEqual(nodes().map(() => [reference]));
    expect((await load()).nodes.map(({ loaded, present }) => [loaded, present])).toEqual(nodes().map(() => [[], [reference]]));
    probe = await Probe.deploy({ kubectl: cluster.kubectl, nodes: nodes() }, { present: reference });
    expect(probe.pods.map(({ spec }) => spec.nodeName).sort()).toEqual(nodes().sort());
  });

  test('CoreDNS tells pods of a Service, and every pod reaches it', async () => {
    for (const pod of probe.pods) {
      await eventually(async () => {
        expect(probe.podNames).toContain((await probe.run(pod, 'fetch', `http://${Probe.serviceName}.default.svc.cluster.local:${Probe.servicePort}/hostname`)).trim());
      });
    }
  });

  test('a NodePort answers on every node', async () => {
    for (const { status } of await cluster.kubectl.nodes()) {
      const address = status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
      await eventually(async () => {
        expect(probe.podNames).toContain((await fetchFromNode(cluster.master, `http://${address}:${PROBE_NODE_PORT}`, '/hostname')).trim());
      });
    }
  });

  test('destroy leaves no container and no network', async () => {
    await home.kindbox.succeed(['destroy', name]);
    expect(await dockerLines(['ps', '--all', '--quiet', '--filter', `label=dev.kindbox.cluster=${name}`])).toEqual([]);
    expect(await dockerLines(['network', 'ls', '--quiet', '--filter', `label=dev.kindbox.cluster=${name}`])).toEqual([]);
  });
});
