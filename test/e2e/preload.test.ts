import type { PreloadResult } from '../../src/images/preload/options.js';
import { ClusterFixture, clusterName, KindboxFixture } from '../support/cluster-fixture.js';
import { docker, dockerLines, inNode } from '../support/docker.js';
import { filePrefix } from '../support/names.js';
import { hasImage, imageName, layoutOf, NODE_IMAGE, removeImages, workbenches } from '../support/node-image.js';
import { Probe } from '../support/probe.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { anyRuntime, runtimesOfFeatures } from '../support/runtimes.js';

const imageId = async (reference: string): Promise<string> => docker(['image', 'inspect', '--format', '{{.Id}}', reference]);

/** Every node of a cluster made of the image shares the probe with the others, and runs it without pulling. */
function sharedProbe(cluster: ClusterFixture): void {
  test('all nodes share the unpacked content of the image', async () => {
    const name = `docker.io/${await ensureProbeImage()}`;
    for (const node of cluster.nodes) {
      expect((await layoutOf(node)).find((image) => image.name === name)?.tree).toMatch(/^\/kindbox\/layers\/\d+\/fs$/);
    }
  });

  test('pods run from it, and nothing is pulled', async () => {
    const probe = await Probe.deploy(cluster, { present: `docker.io/${await ensureProbeImage()}` });
    expect(probe.podNames).toHaveLength(2);
    const [pod] = probe.pods;
    expect(await probe.run(pod!, 'hostname')).toBe(pod!.metadata.name);
  });
}

describe.each(runtimesOfFeatures)('image preload, and a cluster of its image on %s', (runtime) => {
  const name = clusterName(`${filePrefix}p`, runtime);
  const home = new KindboxFixture(name);
  const cluster = new ClusterFixture(home, name);
  const tag = imageName('preloaded');

  beforeAll(async () => {
    await home.setUp();
    await home.kindbox.json<PreloadResult>(['image', 'preload', '-t', tag, '--image', await ensureProbeImage(), '--from-node', NODE_IMAGE]);
    await cluster.create(['--num-workers=1', `--runtime=${runtime}`, `--image=${tag}`, '--wait-all']);
  });
  afterAll(async () => {
    await home.tearDown();
    await removeImages([tag]);
  });

  sharedProbe(cluster);
});

describe.each(runtimesOfFeatures)('node run and image commit, and a cluster of their image on %s', (runtime) => {
  const name = clusterName(`${filePrefix}c`, runtime);
  const node = `${name}-source`;
  const home = new KindboxFixture(name);
  const cluster = new ClusterFixture(home, name);
  const tag = imageName('committed');
  const standalone = (): Promise<string[]> => dockerLines(['ps', '--all', '--quiet', '--filter', `name=^${node}$`]);
  const clustersOfThisName: string[] = [];

  beforeAll(async () => {
    await home.setUp();
    await home.kindbox.succeed(['node', 'run', '--name', node, '--image', NODE_IMAGE, `--runtime=${runtime}`]);
    const { clusters } = await home.kindbox.json<{ clusters: { name: string }[] }>(['list']);
    clustersOfThisName.push(...clusters.map((each) => each.name).filter((each) => each.startsWith(name)));
    await home.kindbox.succeed(['load', 'image', await ensureProbeImage(), '--nodes', node]);
    await inNode(node, ['touch', '/opt/installed-by-hand']);
    await home.kindbox.succeed(['image', 'commit', node, '-t', tag, '--rm']);
    await cluster.create(['--num-workers=1', `--runtime=${runtime}`, `--image=${tag}`, '--wait-all']);
  });
  afterAll(async () => {
    const left = await standalone();
    if (left.length > 0) await docker(['rm', '--force', '--volumes', ...left]);
    await home.tearDown();
    await removeImages([tag]);
  });

  sharedProbe(cluster);

  test('what was done in the node is on every node', async () => {
    for (const each of cluster.nodes) expect(await inNode(each, ['ls', '/opt'])).toContain('installed-by-hand');
  });

  test('every node has a machine-id of its own', async () => {
    const ids = await Promise.all(cluster.nodes.map((each) => inNode(each, ['cat', '/etc/machine-id'])));
    expect(new Set(ids).size).toBe(cluster.nodes.length);
  });

  test('the node was no cluster, and is gone', async () => {
    expect(clustersOfThisName).toEqual([]);
    expect(await standalone()).toEqual([]);
  });

  test.each(['', '-master', '-worker-0'])('an image of the cluster%s is refused, with the reason', async (part) => {
    const refused = imageName('refused');
    const run = await home.kindbox.run(['image', 'commit', `${name}${part}`, '-t', refused]);
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('carries the configuration of its cluster')]);
    expect(await hasImage(refused)).toBe(false);
  });
});

describe('an image preload that does not come to its end', () => {
  const home = new KindboxFixture(`${filePrefix}x`);
  const tag = imageName('preloaded');
  let before: { id: string; workbenches: string[] };

  beforeAll(async () => {
    await home.setUp();
    await docker(['tag', await ensureProbeImage(), tag]);
    before = { id: await imageId(tag), workbenches: await workbenches() };
  });
  afterAll(async () => {
    await home.tearDown();
    await removeImages([tag]);
  });

  test.each(['start-container', 'import-images', 'check-layout', 'commit'])('leaves nothing, and the tag as it was, when it is interrupted at %s', async (stage) => {
    const run = await home.kindbox.run(['image', 'preload', '--progress=json', '-t', tag, '--image', await ensureProbeImage(), '--from-node', NODE_IMAGE], {
      onEvent: (event, signal) => {
        if (event.type === 'step' && event.stage === stage && event.status === 'running') signal('SIGINT');
      },
    });
    expect(run.exitCode).toBe(130);
    expect({ id: await imageId(tag), workbenches: await workbenches() }).toEqual(before);
  });

  test('leaves nothing, and the tag as it was, when an archive is broken', async () => {
    const run = await home.kindbox.run(['image', 'preload', '-t', tag, '--archive', '/proc/self/status', '--from-node', NODE_IMAGE]);
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('No images can be taken from')]);
    expect({ id: await imageId(tag), workbenches: await workbenches() }).toEqual(before);
  });

  test('leaves no node when node run is interrupted', async () => {
    const node = `${filePrefix}x-node`;
    const run = await home.kindbox.run(['node', 'run', '--progress=json', '--name', node, '--image', NODE_IMAGE, `--runtime=${anyRuntime}`], {
      onEvent: (event, signal) => {
        if (event.type === 'step' && event.stage === 'await-runtime' && event.status === 'running') signal('SIGINT');
      },
    });
    expect(run.exitCode).toBe(130);
    expect(await dockerLines(['ps', '--all', '--quiet', '--filter', `name=^${node}$`])).toEqual([]);
  });
});
