import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LoadResult } from '../../src/images/load/options.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { filePrefix } from '../support/names.js';
import { imageName, removeImages } from '../support/node-image.js';
import { exported, withAbsentPlatform } from '../support/oci-archive.js';
import { Probe } from '../support/probe.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { runtimesOfFeatures } from '../support/runtimes.js';
import { ephemeralScenarios } from './scenarios/ephemeral.js';

describe.each(runtimesOfFeatures)('loading images into a running ephemeral cluster on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const home = useKindbox(name);
  const cluster = useCluster(home, name, ['--num-workers=1', `--runtime=${runtime}`, '--ephemeral', '--wait-all']);
  const image = imageName('loaded');
  const archived = imageName('archived');
  const partial = imageName('partial');
  const load = (...argv: string[]): Promise<LoadResult> => home.kindbox.json<LoadResult>(['load', ...argv, '--cluster', name]);
  const file = (): string => join(home.kindbox.home, 'archive');

  beforeAll(async () => {
    for (const tag of [image, archived]) await docker(['tag', await ensureProbeImage(), tag]);
  });
  afterAll(() => removeImages([image, archived]));

  ephemeralScenarios(cluster);

  test('every node gets an image of Docker\'s, and pods run from it', async () => {
    const { nodes } = await load('image', image);
    expect(nodes.map((node) => [node.name, node.loaded])).toEqual(cluster.nodes.map((node) => [node, [`docker.io/${image}`]]));
    expect((await Probe.deploy(cluster, { present: `docker.io/${image}` })).podNames).toHaveLength(2);
  });

  test('nodes that have it are left alone', async () => {
    const { nodes } = await load('image', image);
    expect(nodes.map(({ loaded, present }) => [loaded, present])).toEqual([[[], [`docker.io/${image}`]], [[], [`docker.io/${image}`]]]);
  });

  test('an archive, compressed, goes to the node that was named and to no other', async () => {
    const { stdout } = await (await import('execa')).execa('docker', ['save', archived], { encoding: 'buffer', stdin: 'ignore' });
    await writeFile(file(), gzipSync(stdout));
    const worker = `${name}-worker-0`;
    expect((await load('archive', file(), '--nodes', worker)).nodes).toEqual([{ name: worker, loaded: [`docker.io/${archived}`], present: [] }]);
    const { nodes } = await load('archive', file());
    expect(nodes.map((node) => [node.name, node.present.length])).toEqual([[`${name}-master`, 0], [worker, 1]]);
    await rm(file());
  });

  test('an OCI archive that lacks other platforms is loaded, and pods run from it', async () => {
    const archive = await withAbsentPlatform(await exported(`${name}-master`, `docker.io/${image}`), partial);
    await writeFile(file(), archive);
    const { nodes } = await load('archive', file());
    expect(nodes.map(({ loaded }) => loaded)).toEqual([[`docker.io/${partial}`], [`docker.io/${partial}`]]);
    expect((await Probe.deploy(cluster, { present: `docker.io/${partial}` })).podNames).toHaveLength(2);
    await rm(file());
  });

  test('an image that nobody has is an error, and nothing is loaded', async () => {
    const run = await home.kindbox.run(['load', 'image', '127.0.0.1:1/absent:v1', '--cluster', name]);
    expect([run.exitCode, run.stderr]).toEqual([4, expect.stringContaining('could not be pulled')]);
  });
});
