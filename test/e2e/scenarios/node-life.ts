import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listed, startOf, uids } from '../../support/life.js';
import type { ResizeResult } from '../../../src/cluster/options.js';
import type { ClusterFixture } from '../../support/cluster-fixture.js';
import { docker, dockerLines, inNode } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { isReady } from '../../support/kubectl.js';
import { fetchFromHost, PROBE_NODE_PORT } from '../../support/probe.js';
import { loadProbeImage } from '../../support/probe-image.js';

const GIBIBYTE = 1024 ** 3;
const CPUS = 1.5;
const TENANT = { app: 'tenant' };

interface AddedNode {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[] };
  readonly status: { readonly allocatable: { readonly cpu: string; readonly memory: string } };
}

/** Single nodes come, restart and go; what was asked for them holds inside. */
export function nodeLifeScenarios(cluster: ClusterFixture): void {
  const neighbour = `${cluster.name}-worker-0`;
  const added = `${cluster.name}-worker-1`;
  const text = randomBytes(8).toString('hex');
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindbox-mount-'));
    await writeFile(join(folder, 'file'), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const nodeObject = (): Promise<AddedNode> => cluster.kubectl.get<AddedNode>('node', added);
  const objects = async (): Promise<string[]> => (await cluster.kubectl.nodes()).map(({ metadata }) => metadata.name);

  test('node add adds a worker, which is Ready when it returns', async () => {
    const result = await cluster.kindbox.json<ResizeResult>([
      'node', 'add', '--label=disk=ssd', '--label=node.kubernetes.io/pool=db', '--taint=dedicated=db:NoSchedule', `--cpus=${CPUS}`, '--memory=1g',
      `--mount=${folder}:/mnt/host:ro`, `--port=127.0.0.1:0:${PROBE_NODE_PORT}`, '--wait-all', cluster.name,
    ]);
    expect(result).toMatchObject({ added: [added], removed: [] });
    expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual([...cluster.nodes, added].map((name) => [name, true]));
  });

  test('its Node object has the labels and the taint', async () => {
    const { metadata, spec } = await nodeObject();
    expect(metadata.labels).toMatchObject({ disk: 'ssd', 'node.kubernetes.io/pool': 'db' });
    // Kubernetes takes its own away a moment after the node is Ready.
    expect(spec.taints.filter(({ key }) => !key.startsWith('node.kubernetes.io/'))).toEqual([{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }]);
  });

  test('pods get no more of it than its container may use', async () => {
    const { allocatable } = (await nodeObject()).status;
    expect(allocatable.cpu).toBe(`${CPUS * 1000}m`);
    expect(Math.abs(bytes(allocatable.memory) - GIBIBYTE)).toBeLessThan(GIBIBYTE / 100);
  });

  test('its own control group has these limits', async () => {
    const limits = await inNode(added, ['sh', '-c', LIMITS]);
    const [cpu, memory] = limits.split('\n').map((line) => line.trim().split(' ').map(Number));
    expect((cpu?.[0] ?? 0) / (cpu?.[1] ?? 1)).toBe(CPUS);
    expect(memory).toEqual([GIBIBYTE]);
  });

  test('it sees the mounted folder and may not write there', async () => {
    expect(await inNode(added, ['cat', '/mnt/host/file'])).toBe(text);
    await expect(inNode(added, ['touch', '/mnt/host/other'])).rejects.toThrow(/Read-only file system/);
  });

  test('a Service answers at its published port', async () => {
    const [published = ''] = await dockerLines(['port', added, `${PROBE_NODE_PORT}/tcp`]);
    expect(published).toMatch(/^127\.0\.0\.1:\d+$/);
    await eventually(async () => expect(await fetchFromHost(`http://${published}/hostname`)).toMatch(/^probe-/));
  });

  test('node restart restarts that node, whose pods run again, and no other', async () => {
    await cluster.kubectl.apply(tenant(await loadProbeImage([neighbour, added])));
    await cluster.kubectl.rolledOut('deployment/tenant');
    const [others, before, pods] = await Promise.all([startsOf(cluster.nodes), startOf(added), uids(cluster.kubectl, 'app=tenant')]);
    await cluster.kindbox.succeed(['node', 'restart', added]);
    expect(await startsOf(cluster.nodes)).toEqual(others);
    expect(await startOf(added)).not.toBe(before);
    await eventually(async () => expect((await cluster.kubectl.pods('app=tenant')).map((pod) => [pod.spec.nodeName, isReady(pod)])).toEqual([[added, true]]));
    expect(await uids(cluster.kubectl, 'app=tenant')).toEqual(pods);
  });

  test('node restart of the control plane leaves the workers running, and the API answers when it returns', async () => {
    const others = await startsOf([neighbour, added]);
    await cluster.kindbox.succeed(['node', 'restart', cluster.master]);
    expect(await startsOf([neighbour, added])).toEqual(others);
    expect(await objects()).toEqual([...cluster.nodes, added]);
  });

  test('node remove moves its pods elsewhere and removes Node object, container and volumes', async () => {
    const volumes = await volumesOf(added);
    await cluster.kindbox.succeed(['node', 'remove', added]);
    expect(await objects()).toEqual(cluster.nodes);
    expect(await dockerLines(['ps', '--all', '--quiet', '--filter', `name=^${added}$`])).toEqual([]);
    expect((await dockerLines(['volume', 'ls', '--quiet'])).filter((volume) => volumes.includes(volume))).toEqual([]);
    await eventually(async () => expect((await cluster.kubectl.pods('app=tenant')).map((pod) => [pod.spec.nodeName, isReady(pod)])).toEqual([[neighbour, true]]));
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['removing the control plane', ['node', 'remove', cluster.master], 2, /is the control plane/],
    ['removing a node that there is not', ['node', 'remove', added], 6, /No cluster has a node named/],
    ['restarting a node that there is not', ['node', 'restart', added], 6, /No cluster has a node named/],
    ['adding to a cluster that there is not', ['node', 'add', `${cluster.name}-ghost`], 6, /no cluster named/],
    ['a taint without an effect', ['node', 'add', '--taint=dedicated', cluster.name], 2, /is not a taint/],
    ['a relative path', ['node', 'add', '--mount=data:/data', cluster.name], 2, /is not a mount/],
  ])('%s is refused, and changes nothing', async (_what, argv, exitCode, message) => {
    const run = await cluster.kindbox.run(argv);
    expect(run.stderr).toMatch(message);
    expect(run.exitCode).toBe(exitCode);
    expect((await listed(cluster)).nodes.map(({ name, state }) => [name, state])).toEqual(cluster.nodes.map((name) => [name, 'running']));
    expect(await objects()).toEqual(cluster.nodes);
  });
}

/** `QUOTA PERIOD` and `BYTES`, of cgroup v1 or v2. */
const LIMITS = `cd /sys/fs/cgroup
if [ -f cpu.max ]; then cat cpu.max memory.max
else echo $(cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us); cat memory/memory.limit_in_bytes
fi`;

/** One pod that wants to be on the added node, and may be elsewhere. */
function tenant(image: string): object {
  const preference = { weight: 100, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } };
  const spec = {
    containers: [{ name: 'tenant', image, imagePullPolicy: 'Never', args: ['serve', ':8080'] }], terminationGracePeriodSeconds: 0,
    tolerations: [{ key: 'dedicated', operator: 'Exists' }], affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preference] } },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'tenant' }, spec: { replicas: 1, selector: { matchLabels: TENANT }, template: { metadata: { labels: TENANT }, spec } } };
}

/** `1Gi`, `1048576Ki` or `1073741824`. */
function bytes(quantity: string): number {
  const [, number = '', unit = ''] = /^(\d+)([KMG]i)?$/.exec(quantity) ?? [];
  return Number(number) * ({ Ki: 1024, Mi: 1024 ** 2, Gi: GIBIBYTE }[unit] ?? 1);
}

function startsOf(nodes: readonly string[]): Promise<string[]> {
  return Promise.all(nodes.map(startOf));
}

async function volumesOf(node: string): Promise<string[]> {
  const mounts = JSON.parse(await docker(['container', 'inspect', '--format', '{{json .Mounts}}', node])) as { Type: string; Name?: string }[];
  return mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name !== undefined ? [Name] : []));
}
