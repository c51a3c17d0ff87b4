import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { dockerLines } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { Probe } from '../support/probe.js';
import { anyRuntime } from '../support/runtimes.js';

const NEWER = 'v1.36.3';
const OLDER = 'v1.34.4';

const containersOf = (name: string): Promise<string[]> =>
  dockerLines(['ps', '--all', '--filter', `label=dev.kindbox.cluster=${name}`, '--format', '{{.Names}}']);

describe('a cluster whose workers are of two versions', () => {
  const name = clusterName(`${filePrefix}a`, anyRuntime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', `--runtime=${anyRuntime}`, '--wait-all']);
  const versions = async (): Promise<Record<string, string>> => Object.fromEntries(
    (await cluster.kubectl.nodes()).filter(isReady).map(({ metadata, status }) => [metadata.name, status.nodeInfo.kubeletVersion]));

  test('resize adds a worker of an older image, which becomes Ready beside the newer ones', async () => {
    await cluster.kindbox.succeed(['resize', '--num-workers=2', `--image=nestybox/k8s-node:${OLDER}`, '--wait-all', name]);
    expect(await versions()).toEqual({ [cluster.master]: NEWER, [`${name}-worker-0`]: NEWER, [`${name}-worker-1`]: OLDER });
  });

  test('a Service reaches pods on nodes of both versions', async () => {
    const probe = await Probe.deploy(cluster, { nodes: [...cluster.nodes, `${name}-worker-1`] });
    expect(probe.pods).toHaveLength(3);
    for (const pod of probe.pods) {
      await eventually(async () => {
        const answer = await probe.run(pod, 'fetch', `http://${probe.clusterIp}:${Probe.servicePort}/hostname`);
        expect(probe.podNames).toContain(answer.trim());
      });
    }
  });
});

describe('a cluster of the older version', () => {
  const name = clusterName(`${filePrefix}b`, anyRuntime);
  const home = useKindbox(name);
  const cluster = useCluster(home, name, ['--num-workers=1', '--k8s-version=1.34', `--runtime=${anyRuntime}`, '--wait-all', '--kubeconfig=merge']);

  test('the minor version chose the image, and every node is Ready', async () => {
    expect(cluster.created).toMatchObject({ kubernetesVersion: OLDER, image: `nestybox/k8s-node:${OLDER}` });
    expect((await cluster.kubectl.nodes()).map((node) => [node.status.nodeInfo.kubeletVersion, isReady(node)])).toEqual([[OLDER, true], [OLDER, true]]);
  });

  test('a worker that is newer than the API server is refused, and no container made', async () => {
    const before = await containersOf(name);
    const run = await home.kindbox.run(['resize', '--num-workers=2', `--image=nestybox/k8s-node:${NEWER}`, name]);
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain('A kubelet must not be newer than the API server');
    expect(await containersOf(name)).toEqual(before);
  });

  test('it is in the kubeconfig of the user, whose earlier context comes back with destroy', async () => {
    const path = join(home.kindbox.home, '.kube', 'config');
    expect(cluster.kubeconfig).toBe(path);
    expect(parse(await readFile(path, 'utf8'))).toMatchObject({ 'current-context': `kubernetes-admin@${name}` });
    await home.kindbox.succeed(['destroy', name]);
    expect(parse(await readFile(path, 'utf8'))).toMatchObject({ 'current-context': '', clusters: [], contexts: [], users: [] });
  });
});

test('a version that no image has is refused before any container starts', async () => {
  const name = `${filePrefix}c`;
  const { Kindbox } = await import('../support/kindbox.js');
  const kindbox = await Kindbox.inNewHome();
  try {
    const run = await kindbox.run(['create', '--k8s-version=v1.30.1', `--runtime=${anyRuntime}`, name]);
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain('kindbox image build --k8s-version=v1.30.1');
    expect(await containersOf(name)).toEqual([]);
  } finally {
    await kindbox.removeHome();
  }
});
