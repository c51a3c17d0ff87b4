import { rm } from 'node:fs/promises';
import type { ClusterState, FindingKind, RepairResult } from '../../src/cluster/options.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker, dockerLines, inNode } from '../support/docker.js';
import { getByKubeconfig, readKubeconfig } from '../support/kubeconfig.js';
import { eventually } from '../support/eventually.js';
import { leftoversOf } from '../support/leftovers.js';
import { loseProc } from '../support/lost-proc.js';
import { filePrefix } from '../support/names.js';
import { runtimesOfFeatures } from '../support/runtimes.js';
import { deployEverywhere, expectWhole, listedWith } from '../support/wholeness.js';

interface Circumstance {
  readonly what: string;
  readonly happen: () => Promise<unknown>;
  /** By Docker alone. */
  readonly state: ClusterState;
  /** When nodes and API server are asked, too. */
  readonly seen: readonly FindingKind[];
  /** What the repair comes upon beyond that. */
  readonly cameToLight?: readonly FindingKind[];
}

describe.each(runtimesOfFeatures)('a cluster of three workers on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const home = useKindbox(name);
  const cluster = useCluster(home, name, ['--num-workers=3', `--runtime=${runtime}`, '--publish=0', '--wait-all']);
  const master = `${name}-master`;
  const worker = (index: number): string => `${name}-worker-${index}`;
  const inMaster = (...argv: string[]): Promise<string> => inNode(master, argv);
  /** What Docker has of it, and since when it runs. */
  const existing = async (): Promise<unknown> => {
    const { containers, ...rest } = await leftoversOf(name);
    return { ...rest, containers: (await dockerLines(['inspect', '--format', '{{.Id}} {{.State.StartedAt}} {{.State.Status}} {{json .NetworkSettings.Networks}}', ...containers])).sort() };
  };
  /** The five seconds of a check may be too few for a busy machine. */
  const listedWholly = (expected: object): Promise<void> => eventually(async () => expect(await listedWith(cluster, '--check')).toMatchObject(expected));
  beforeAll(() => deployEverywhere(cluster));

  const circumstances: readonly Circumstance[] = [
    {
      what: 'workers that were removed, paused and deleted', state: 'degraded', seen: ['node-paused', 'unregistered', 'worker-missing'],
      happen: () => Promise.all([
        docker(['rm', '--force', '--volumes', worker(1)]), docker(['pause', worker(2)]), inMaster('kubectl', 'delete', 'node', worker(0)),
      ]),
    },
    {
      what: 'a worker off its network, one whose kubelet does not run, and one that was killed', state: 'degraded', seen: ['node-disconnected', 'node-stopped', 'service-down'],
      happen: () => Promise.all([
        docker(['network', 'disconnect', `${name}-net`, worker(0)]), inNode(worker(1), ['systemctl', 'stop', 'kubelet.service']), docker(['kill', worker(2)]),
      ]),
    },
    {
      what: 'a control plane that is paused, a worker that never joined and no kubeconfig', state: 'broken', seen: ['node-paused'],
      cameToLight: ['kubeconfig-missing', 'never-joined'],
      happen: async () => {
        await inNode(worker(1), ['systemctl', 'stop', 'kubelet.service']);
        await inNode(worker(1), ['rm', '/etc/kubernetes/kubelet.conf']);
        await inMaster('kubectl', 'delete', 'node', worker(1));
        await Promise.all([docker(['pause', master]), rm(cluster.kubeconfig)]);
      },
    },
    {
      what: 'a control plane and a worker under which Sysbox was restarted', state: 'running', seen: ['node-proc-lost', 'node-proc-lost'],
      happen: () => Promise.all([loseProc(master), loseProc(worker(0))]),
    },
    {
      what: 'a resize that was killed while it drained a node, and a token of another', state: 'running', seen: ['cordoned', 'tokens-left'],
      happen: async () => {
        await inMaster('kubeadm', 'token', 'create', '--description=kindbox create');
        const run = await home.kindbox.run(['resize', '--num-workers=2', '--progress=json', name], {
          onEvent: (event, signal) => { if (event.type === 'step' && event.stage === 'drain-node') signal('SIGKILL'); },
        });
        expect(run.exitCode).toBeUndefined();
      },
    },
    {
      what: 'a create that was killed before it recorded its end, whose nodes have all stopped since', state: 'partial', seen: ['incomplete', ...Array.from({ length: 4 }, () => 'node-stopped' as const)],
      cameToLight: ['kubeconfig-missing'],
      happen: async () => {
        await Promise.all([docker(['kill', ...cluster.nodes]), docker(['volume', 'rm', `${name}-kindbox`]), rm(cluster.kubeconfig)]);
      },
    },
  ];

  test('that is whole is left alone', async () => {
    const before = await existing();
    expect(await home.kindbox.json<RepairResult>(['repair', name])).toMatchObject({ healthy: true, findings: [], repaired: [] });
    await listedWholly({ state: 'running', reason: '', findings: [] });
    expect(await existing()).toEqual(before);
    await expectWhole(cluster);
  });

  describe.each(circumstances)('with $what', ({ happen, state, seen, cameToLight = [] }) => {
    const kindsOf = ({ findings }: Pick<RepairResult, 'findings'>): string[] => findings.map(({ kind }) => kind).sort();
    beforeAll(happen);

    test('list tells of it, by Docker alone and by asking inside', async () => {
      expect((await listedWith(cluster)).state).toBe(state);
      await eventually(async () => expect(kindsOf(await listedWith(cluster, '--check'))).toEqual([...seen].sort()));
    });

    test('a dry run tells the same, and changes nothing', async () => {
      const before = await existing();
      const result = await home.kindbox.json<RepairResult>(['repair', '--dry-run', name]);
      expect(result).toMatchObject({ healthy: false, repaired: [] });
      expect(kindsOf(result)).toEqual([...seen].sort());
      expect(await existing()).toEqual(before);
    });

    test('repair brings it all back', async () => {
      const result = await home.kindbox.json<RepairResult>(['repair', name]);
      expect(result.healthy).toBe(true);
      // A node that was started a moment ago may not be Ready yet when repair looks inside: it is waited for then.
      const repaired = result.repaired.filter(({ kind }) => kind !== 'not-ready');
      expect(kindsOf({ findings: repaired })).toEqual([...seen, ...cameToLight].sort());
      await listedWholly({ state: 'running', workers: 3, findings: [] });
      await expectWhole(cluster);
    });

    test('the kubeconfig leads to it, and no token is left', async () => {
      const { items } = await getByKubeconfig<{ items: object[] }>(await readKubeconfig(cluster.kubeconfig), '/api/v1/nodes');
      expect(items).toHaveLength(cluster.nodes.length);
      expect(await inMaster('kubeadm', 'token', 'list', '--output=json')).toBe('');
    });
  });

  test('whose control plane was removed cannot be repaired: that is said, with the way out, and nothing is changed', async () => {
    await docker(['rm', '--force', '--volumes', master]);
    const before = await existing();
    expect((await listedWith(cluster)).state).toBe('broken');
    const run = await home.kindbox.run(['repair', name]);
    expect(run.exitCode).toBe(7);
    expect(run.stderr).toContain(`kindbox destroy ${name}`);
    expect(await existing()).toEqual(before);
    await home.kindbox.succeed(['destroy', name]);
    expect(await dockerLines(['ps', '--all', '--quiet', '--filter', `label=dev.kindbox.cluster=${name}`])).toEqual([]);
  });
});
