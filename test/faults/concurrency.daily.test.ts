import type { CreateResult } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { describeRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { ALWAYS, CALLS } from './proxy/call-rules.js';
import { DockerProxy } from './proxy/proxy.js';
import { injectAt } from './support/inject.js';
import { runUntil } from './support/run-until.js';

const name = `${filePrefix}-l`;
const creating = ['create', `--runtime=${anyRuntime}`, '--num-workers=0', '--ephemeral', '--wait=300s', name];
const home = useKindbox(name);

const HOLDER = (verb: string): RegExp => new RegExp(`kindbox ${verb}, pid \\d+ of .* on .*, since .* UTC`);

/** Each test goes on with the cluster of the one before. */
describe('several at once on one cluster', () => {
  test('of two creates one makes it, and the other touches nothing and names the first', async () => {
    const runs = await Promise.all([home.kindbox.run([...creating, '--json']), home.kindbox.run([...creating, '--json'])]);
    const [made, refused] = runs[0].exitCode === 0 ? runs : [runs[1], runs[0]];
    expect(describeRun(made)).toMatch(/exited with 0/);
    expect(describeRun(refused)).toMatch(/exited with 5/);
    expect(`${refused.stdout}${refused.stderr}`).toMatch(HOLDER('create'));
    const { nodes } = JSON.parse(made.stdout) as CreateResult;
    const left = await leftoversOf(name);
    expect(left.containers).toEqual(nodes.map(({ id }) => id));
    expect(left.networks).toHaveLength(1);
    expect(left.volumes.filter((volume) => volume.endsWith('-kindbox-lock'))).toEqual([]);
  });

  test('a resize is refused while another is at work, and goes on at once when that one is killed', async () => {
    const killed = await runUntil(home.kindbox, ['resize', '--num-workers=1', name], 'await-runtime', async (signal) => {
      const refused = await home.kindbox.run(['resize', '--num-workers=0', name]);
      expect(describeRun(refused)).toMatch(/exited with 5/);
      expect(refused.stderr).toMatch(HOLDER('resize'));
      signal('SIGKILL');
    });
    expect(killed.exitCode).toBeUndefined();
    await home.kindbox.succeed(['resize', '--num-workers=0', name]);
    expect((await leftoversOf(name)).containers).toHaveLength(1);
  });

  test('two destroys both succeed', async () => {
    await Promise.all([home.kindbox.succeed(['destroy', name]), home.kindbox.succeed(['destroy', name])]);
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

test.each(['create-node', 'init-control-plane'])('a create that is destroyed at %s says so, and leaves nothing', async (stage) => {
  const run = await runUntil(home.kindbox, creating, stage, async () => { await home.kindbox.succeed(['destroy', name]); });
  expect(describeRun(run)).toMatch(/exited with 5/);
  expect(run.stderr).toMatch(/was destroyed by another kindbox while it was being created/);
  expect(await leftoversOf(name)).toEqual(NOTHING);
  expect(await home.kindbox.files()).toEqual([]);
});

test('a create that was killed before it made anything is no hindrance to the next one', async () => {
  const proxy = await DockerProxy.start();
  try {
    // Else Docker would go on with what it was asked for when its asker dies.
    proxy.add(CALLS.createNetwork({ kind: 'hang' }, ALWAYS), CALLS.createContainer({ kind: 'hang' }, ALWAYS));
    await injectAt(home.kindbox, creating, { stage: 'create-network' }, ({ signal }) => { signal('SIGKILL'); }, { environment: { DOCKER_HOST: proxy.url } });
  } finally {
    await proxy.close();
  }
  const left = await leftoversOf(name);
  expect(left).toEqual({ ...NOTHING, volumes: [expect.stringMatching(/-kindbox-lock$/)] });
  const run = await runUntil(home.kindbox, creating, 'create-node', async (signal) => { signal('SIGINT'); });
  expect(describeRun(run)).toMatch(/exited with 130/);
  expect(await leftoversOf(name)).toEqual(NOTHING);
});
