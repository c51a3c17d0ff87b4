import type { ClusterSummary } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { describeRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { recorded } from './support/record.js';

/** About 0.7 GB of memory each. */
const COUNT = Number(process.env['KINDBOX_TEST_CROWD'] ?? 20);
const prefix = `${filePrefix}-x`;
const network = `${prefix}-net-of-many`;
const names = Array.from({ length: COUNT }, (_, index) => `${prefix}${index}`);
const home = useKindbox(prefix);

beforeAll(async () => { await docker(['network', 'create', network]); });
afterAll(async () => { await docker(['network', 'rm', network]); });

async function timed<T>(verb: string, work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await recorded({ verb, stage: 'all', fault: `${COUNT} at once` }, async () => {
    result = await work();
    return { exitCode: 0 };
  });
  return result as T;
}

// Docker has addresses for about thirty networks: every other cluster is on one that they share.
test('as many clusters as there are hosts of a team are made, listed and destroyed at once', async () => {
  const creates = await timed('create', () => Promise.all(names.map((name, index) => home.kindbox.run([
    'create', `--runtime=${anyRuntime}`, '--num-workers=0', '--ephemeral', '--wait=30m', '--kubeconfig=merge', ...(index % 2 === 0 ? [] : [`--net=${network}`]), name,
  ]))));
  expect(creates.filter(({ exitCode }) => exitCode !== 0).map(describeRun)).toEqual([]);

  const lists = await timed('list', () => Promise.all(names.map(() => home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']))));
  for (const { clusters } of lists) {
    expect(clusters.filter(({ name }) => names.includes(name)).map(({ state }) => state)).toEqual(names.map(() => 'running'));
  }

  const destroys = await timed('destroy', () => Promise.all(names.map((name) => home.kindbox.run(['destroy', name]))));
  expect(destroys.filter(({ exitCode }) => exitCode !== 0).map(describeRun)).toEqual([]);
  expect(await Promise.all(names.map(leftoversOf))).toEqual(names.map(() => NOTHING));
  // What they wrote into one kubeconfig at once is gone with them.
  expect(await home.kindbox.files()).toEqual(['.kube/config']);
});
