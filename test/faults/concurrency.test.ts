import type { CreateResult, ClusterSummary } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker, dockerLines } from '../support/docker.js';
import { describeRun } from '../support/kindbox.js';
import { Kubectl } from '../support/kubectl.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { plannedStages } from './support/planned-stages.js';
import { recorded } from './support/record.js';
import { runUntil } from './support/run-until.js';

const name = `${filePrefix}-c`;
const creating = (cluster: string, workers = 0): string[] => ['create', `--runtime=${anyRuntime}`, `--num-workers=${workers}`, '--ephemeral', '--wait=600s', cluster];
const stages = await plannedStages(creating(name, 1).slice(1));
const home = useKindbox(name);

describe('destroy during create', () => {
  test.each(stages)('while %s', (stage) => recorded({ verb: 'create', stage, fault: 'destroyed by another kindbox' }, async () => {
    const run = await runUntil(home.kindbox, creating(name, 1), stage, async () => { await home.kindbox.succeed(['destroy', name]); });
    // In its last stages a create may be over before destroy has begun.
    expect(describeRun(run)).toMatch(stage === 'write-kubeconfig' || stage === 'mark-complete' || stage === 'keep-nodes' ? /exited with [05]/ : /exited with 5/);
    expect(await leftoversOf(name)).toEqual(NOTHING);
    return run;
  }));
});

describe('on one cluster', () => {
  beforeAll(async () => { await home.kindbox.succeed(creating(name, 1)); });
  afterAll(async () => { await home.kindbox.succeed(['destroy', name]); });

  test.each(['stop', 'start'])('%s is refused while a resize is at work, which is not disturbed', async (verb) => {
    const run = await runUntil(home.kindbox, ['resize', '--num-workers=2', name], 'create-node', async () => {
      const refused = await home.kindbox.run([verb, name]);
      expect(describeRun(refused)).toMatch(/exited with 5/);
      expect(refused.stderr).toMatch(/kindbox resize, pid \d+/);
    });
    expect(describeRun(run)).toMatch(/exited with 0/);
    await home.kindbox.succeed(['resize', '--num-workers=1', name]);
  });

  test('list answers while a resize is at work', async () => {
    await runUntil(home.kindbox, ['resize', '--num-workers=2', name], 'create-node', async () => {
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
      expect(clusters.map((cluster) => cluster.name)).toContain(name);
    });
  });

  test('two workers that are added at once are two, or one and a refusal', async () => {
    await home.kindbox.succeed(['resize', '--num-workers=0', name]);
    const runs = await Promise.all([1, 2].map(() => home.kindbox.run(['node', 'add', name])));
    const added = runs.filter(({ exitCode }) => exitCode === 0).length;
    expect(runs.map(({ exitCode }) => exitCode).sort()).toEqual(added === 2 ? [0, 0] : [0, 5]);
    const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
    expect(clusters.find((cluster) => cluster.name === name)?.workers).toBe(added);
  });
});

test.each(['create-node', 'join-worker'])('a resize that is destroyed while %s says so, and leaves nothing', async (stage) => {
  await home.kindbox.succeed(creating(name));
  const run = await runUntil(home.kindbox, ['resize', '--num-workers=2', name], stage, async () => { await home.kindbox.succeed(['destroy', name]); });
  expect(describeRun(run)).toMatch(/exited with 5/);
  expect(run.stderr).toMatch(/was destroyed by another kindbox while it was being resized/);
  expect(await leftoversOf(name)).toEqual(NOTHING);
});

describe('two creates on one network', () => {
  const network = `${name}-shared`;
  const clusters = [`${name}-1`, `${name}-2`];
  beforeAll(async () => { await docker(['network', 'create', network]); });
  afterAll(async () => {
    await home.kindbox.succeed(['destroy', ...clusters]);
    await docker(['network', 'rm', network]);
  });

  test('make two clusters on that one, and two contexts', async () => {
    const made = await Promise.all(clusters.map((cluster) => home.kindbox.json<CreateResult>([...creating(cluster, 1), `--net=${network}`, '--wait-all', '--kubeconfig=merge'])));
    for (const { name: cluster, nodes } of made) {
      expect(nodes.map(({ ready }) => ready)).toEqual([true, true]);
      expect(await new Kubectl(`${cluster}-master`).run(['get', 'nodes', '--output=name'])).toContain(`${cluster}-worker-0`);
    }
    expect(await dockerLines(['network', 'ls', '--quiet', '--filter', `name=^${network}$`])).toHaveLength(1);
    const contexts = await home.kindbox.succeed(['kubeconfig', 'get', clusters[0] ?? '']);
    expect(contexts.stdout).toContain(`kubernetes-admin@${clusters[0]}`);
    expect(new Set(made.flatMap(({ nodes }) => nodes.map(({ address }) => address))).size).toBe(4);
  });
});
