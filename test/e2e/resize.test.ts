import type { ResizeResult } from '../../src/cluster/options.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { dockerLines, inspectContainer } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { runtimes } from '../support/runtimes.js';
import { fillerDeployment } from '../support/filler.js';
import { pauseImage } from '../support/wholeness.js';

describe.each(runtimes)('resizing a cluster of one worker on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', `--runtime=${runtime}`, '--wait-all']);
  const worker = (index: number): string => `${name}-worker-${index}`;

  const resizeTo = (count: number): Promise<ResizeResult> =>
    cluster.kindbox.json<ResizeResult>(['resize', `--num-workers=${count}`, '--wait-all', name]);
  const readyNodes = async (): Promise<string[]> => (await cluster.kubectl.nodes()).filter(isReady).map(({ metadata }) => metadata.name);
  const nodesOfFillers = async (): Promise<string[]> => (await cluster.kubectl.pods('app=filler'))
    .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined).map(({ spec }) => spec.nodeName).sort();
  const containers = (): Promise<string[]> =>
    dockerLines(['ps', '--filter', `label=dev.kindbox.cluster=${name}`, '--format', '{{.Names}}']);
  const joinTokens = (): Promise<string> =>
    cluster.kubectl.run(['get', 'secrets', '--namespace=kube-system', '--field-selector=type=bootstrap.kubernetes.io/token', '--output=name']);

  test('create leaves no token with which others could join', async () => {
    expect(await joinTokens()).toBe('');
  });

  test('a Deployment of three replicas, of which each node takes one, has one that runs', async () => {
    await cluster.kubectl.apply(fillerDeployment(await pauseImage(cluster.master)));
    await eventually(async () => expect(await nodesOfFillers()).toEqual([worker(0)]));
  });

  test('from one worker to three: two nodes more are Ready', async () => {
    expect(await resizeTo(3)).toMatchObject({ before: 1, after: 3, added: [worker(1), worker(2)], removed: [] });
    expect(await readyNodes()).toEqual([cluster.master, worker(0), worker(1), worker(2)]);
  });

  test('the Deployment spreads onto the new workers', async () => {
    await eventually(async () => expect(await nodesOfFillers()).toEqual([worker(0), worker(1), worker(2)]));
  });

  test('the new workers are of the runtime of the cluster', async () => {
    const facts = await Promise.all([worker(1), worker(2)].map(inspectContainer));
    expect(facts.map(({ HostConfig }) => HostConfig.Runtime)).toEqual([runtime, runtime]);
  });

  test('resize leaves no token with which others could join', async () => {
    expect(await joinTokens()).toBe('');
  });

  test('to the number of workers that there are: nothing is made or removed', async () => {
    const before = await containers();
    expect(await resizeTo(3)).toMatchObject({ before: 3, after: 3, added: [], removed: [] });
    expect(await containers()).toEqual(before);
  });

  test('from three workers to one: the highest go, with their containers and their Node objects', async () => {
    const result = await resizeTo(1);
    expect(result).toMatchObject({ before: 3, after: 1, added: [] });
    expect([...result.removed].sort()).toEqual([worker(1), worker(2)]);
    expect((await cluster.kubectl.nodes()).map(({ metadata }) => metadata.name)).toEqual([cluster.master, worker(0)]);
    expect((await containers()).sort()).toEqual([cluster.master, worker(0)]);
  });

  test('the worker that stays goes on running its replica, and takes pods', async () => {
    const [, stayed] = await cluster.kubectl.nodes();
    expect([stayed?.metadata.name, stayed?.spec.unschedulable ?? false]).toEqual([worker(0), false]);
    await eventually(async () => expect(await nodesOfFillers()).toEqual([worker(0)]));
  });
});
