import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterSummary, CreateResult, DestroyResult } from '../../src/cluster/options.js';
import { clusterName } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { Kindbox } from '../support/kindbox.js';
import { getByKubeconfig, readKubeconfig } from '../support/kubeconfig.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { anyRuntime } from '../support/runtimes.js';
import { SecondDockerd } from '../support/second-dockerd.js';

describe('a cluster on a Docker daemon of another host', () => {
  const name = clusterName(filePrefix, anyRuntime);
  let remote: SecondDockerd;
  let kindbox: Kindbox;
  let created: CreateResult;
  let folder: string;

  beforeAll(async () => {
    [remote, kindbox, folder] = await Promise.all([SecondDockerd.start({ remote: true }), Kindbox.inNewHome(), mkdtemp(join(tmpdir(), 'kindbox-remote-'))]);
    await remote.copyImages(NODE_IMAGE);
    created = await kindbox.json<CreateResult>(
      ['create', '--num-workers=1', '--wait-all', `--runtime=${anyRuntime}`, '--api-server-address=kindbox.example.test', name], { environment: byTcp() },
    );
  });
  afterAll(async () => {
    await Promise.all([remote.stop(), kindbox.removeHome(), rm(folder, { recursive: true })]);
  });

  const byTcp = (): Record<string, string> => ({ DOCKER_HOST: remote.tcpAddress });

  /** ssh to a host of which only the ssh configuration knows the address. */
  async function bySsh(): Promise<Record<string, string>> {
    const script = [
      '#!/bin/sh', `if [ "$1" = -G ]; then echo "hostname ${remote.host}"; exit; fi`,
      'while [ "$1" != docker ]; do shift; done', `DOCKER_HOST=${remote.address} exec "$@"`, '',
    ];
    await writeFile(join(folder, 'ssh'), script.join('\n'));
    await chmod(join(folder, 'ssh'), 0o755);
    return { DOCKER_HOST: 'ssh://me@faraway', PATH: `${folder}:${process.env['PATH']}` };
  }

  async function byContext(): Promise<Record<string, string>> {
    const environment = { DOCKER_CONFIG: join(folder, 'docker') };
    await docker(['context', 'create', 'faraway', '--docker', `host=${remote.tcpAddress}`], { env: environment });
    return { ...environment, DOCKER_CONTEXT: 'faraway' };
  }

  test('its API server is published without being asked, under the name that was given', () => {
    expect(created.server).toMatch(/^https:\/\/kindbox\.example\.test:\d+$/);
  });

  test('it answers kubectl at the address of the daemon, with a certificate that is valid for it', async () => {
    const config = await readKubeconfig(created.kubeconfig ?? '');
    const [entry] = config.clusters;
    if (entry === undefined) throw new Error('the kubeconfig names no cluster');
    const server = `https://${remote.host}:${new URL(created.server).port}`;
    const { items } = await getByKubeconfig<{ items: { metadata: { name: string } }[] }>(
      { ...config, clusters: [{ ...entry, cluster: { ...entry.cluster, server } }] }, '/api/v1/nodes',
    );
    expect(items.map(({ metadata }) => metadata.name)).toEqual([`${name}-master`, `${name}-worker-0`]);

    // Under the name, which is nowhere but in the hosts file of this container.
    const kubectl = ['run', '--rm', '--network=host', '--add-host', `kindbox.example.test:${remote.host}`, '--volume', `${created.kubeconfig}:/kubeconfig:ro`, '--entrypoint=kubectl', NODE_IMAGE];
    const nodes = await docker([...kubectl, '--kubeconfig=/kubeconfig', 'get', 'nodes', '--output=name']);
    expect(nodes.split('\n')).toEqual([`node/${name}-master`, `node/${name}-worker-0`]);
  });

  test('it is the same cluster by ssh and by a docker context', async () => {
    for (const environment of [byTcp(), await bySsh(), await byContext()]) {
      const { clusters } = await kindbox.json<{ clusters: ClusterSummary[] }>(['list'], { environment });
      expect(clusters.map((cluster) => [cluster.name, cluster.state])).toEqual([[name, 'running']]);
      const { stdout } = await kindbox.succeed(['kubeconfig', 'get', name], { environment });
      expect(stdout).toContain(`server: ${created.server}`);
    }
  });

  test('a second one, made by ssh, is reached where ssh goes', async () => {
    const environment = await bySsh();
    const other = await kindbox.json<CreateResult>(['create', '--num-workers=0', `--runtime=${anyRuntime}`, `${name}-b`], { environment });
    expect(other.server).toMatch(new RegExp(`^https://${remote.host}:\\d+$`));
    const { gitVersion } = await getByKubeconfig<{ gitVersion: string }>(await readKubeconfig(other.kubeconfig ?? ''), '/version');
    expect(gitVersion).toBe(other.kubernetesVersion);
  });

  test('destroy leaves nothing there, and no kubeconfig here', async () => {
    const environment = byTcp();
    const { destroyed } = await kindbox.json<DestroyResult>(['destroy', '--all'], { environment });
    expect(destroyed.map((cluster) => cluster.name)).toEqual([name, `${name}-b`]);
    expect(await remote.docker(['ps', '--all', '--quiet'])).toBe('');
    expect(await remote.docker(['network', 'ls', '--quiet', '--filter', 'label=dev.kindbox.cluster'])).toBe('');
    expect(await kindbox.files()).toEqual([]);
  });
});
