import type { ClusterSummary } from '../../src/cluster/options.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { ALWAYS, CALLS } from './proxy/call-rules.js';
import type { Rule } from './proxy/fault.js';
import { useProxy } from './proxy/fixture.js';
import { AS_USUAL, BROKEN, BUSY, createHollow, expectEnd, IMPATIENT, IN_PROGRESS, strikeCreate, type Case } from './proxy/hollow-create.js';
import { useHollowImage } from './proxy/hollow-image.js';

const name = `${filePrefix}-api`;
const hollow = useHollowImage();
const through = useProxy(name);

describe('a create ends as it would have, and leaves nothing', () => {
  test.each<[string, Case]>([
    ['without a fault', { rules: [], ...AS_USUAL }],
    ['when a gateway gives up on the creation of a node', { rules: [CALLS.createContainer({ ...BUSY, afterwards: true })], ...AS_USUAL }],
    ['when the creation of its network is asked for twice', { rules: [CALLS.createNetwork({ kind: 'duplicate' })], ...AS_USUAL }],
    ['when the answer to the creation of its network is lost', { rules: [CALLS.createNetwork({ kind: 'drop', afterwards: true })], ...AS_USUAL }],
    ['when a name is reserved yet for a container that has gone', {
      rules: [CALLS.createContainer({ kind: 'refuse', status: 409, message: `Conflict. The container name "/x" is already in use by container "${'0'.repeat(64)}". You have to remove (or rename) that container to be able to reuse that name.` }, { times: 2 })],
      ...AS_USUAL,
    }],
    ['when the answers to starts are lost', { rules: [CALLS.startContainer({ kind: 'drop', afterwards: true }, { times: 2 })], ...AS_USUAL }],
    ['when removals fail at first', { rules: [CALLS.removeContainer(BROKEN, { times: 2 }), CALLS.removeNetwork(BROKEN, { spared: 1 })], ...AS_USUAL }],
    ['when the events of what failed break off', { rules: [CALLS.events({ kind: 'shorten' }, ALWAYS)], ...AS_USUAL }],
    ['when the daemon cannot start a node', { rules: [CALLS.startContainer(BROKEN, { spared: 1 })], exitCode: 3, told: /something is wrong inside/ }],
    ['when the start of a node hangs', { rules: [CALLS.startContainer({ kind: 'hang' })], exitCode: 3, told: /does not answer/ }],
    ['when no exit code can be had', { rules: [CALLS.inspectExec({ kind: 'hang' }, ALWAYS)], exitCode: 3, told: /does not answer/ }],
    ['when commands are refused', { rules: [CALLS.createExec({ kind: 'refuse', status: 409, message: 'Container 0123456789ab is not running' }, ALWAYS)], exitCode: 7, told: /is not running/ }],
  ])('%s', async (_, expected) => strikeCreate(through, hollow, expected));

  test.each<[string, number, RegExp, Rule]>([
    ['breaks off', 4, /kindbox-test\/absent/, CALLS.pull({ kind: 'garble', body: '{"status":"Pulling from x","id":"v1"}\r\n{"status":"Downloading","progressDe' })],
    ['is cut', 4, /closed the connection/, CALLS.pull({ kind: 'truncate', bytes: 5 })],
  ])('when the pull of its image %s', async (_, exitCode, told, rule) => {
    through.proxy.add(rule);
    const run = await through.run(['create', `--runtime=${anyRuntime}`, '--image=127.0.0.1:1/kindbox-test/absent:v1', name], IMPATIENT);
    expectEnd(through, run, { rules: [rule], exitCode, told });
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('what is left of a create', () => {
  beforeEach(async () => {
    expect((await createHollow(through, hollow, ['--num-workers=1', '--retain'])).exitCode).toBe(7);
  });

  test.each<[string, readonly Rule[]]>([
    ['removals are in progress', [CALLS.removeContainer(IN_PROGRESS, { times: 4 })]],
    ['connections are cut', [CALLS.removeContainer({ kind: 'drop', afterwards: true }, { times: 2 }), CALLS.removeNetwork({ kind: 'drop', afterwards: true }), CALLS.listNetworks({ kind: 'truncate' })]],
    ['everything is asked for twice', [CALLS.removeContainer({ kind: 'duplicate' }, ALWAYS), CALLS.removeNetwork({ kind: 'duplicate' }, ALWAYS), CALLS.removeVolume({ kind: 'duplicate' }, ALWAYS)]],
  ])('is listed and destroyed although %s', async (_, rules) => {
    through.proxy.add(...rules);
    const list = await through.run(['list', '--json'], IMPATIENT);
    const { clusters } = JSON.parse(list.stdout) as { clusters: ClusterSummary[] };
    expect(clusters.filter((cluster) => cluster.name === name).map(({ state }) => state)).toEqual(['partial']);
    expectEnd(through, await through.run(['destroy', name], IMPATIENT), { rules, exitCode: 0 });
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });

  test('has logs, and it is told that the events are not all', async () => {
    through.proxy.add(CALLS.events({ kind: 'truncate', bytes: 20 }, ALWAYS));
    const run = await through.run(['logs', '--output', `${through.folder}/logs`, name], IMPATIENT);
    expectEnd(through, run, { rules: [], exitCode: 9 });
    expect(run.stdout).toMatch(/events/i);
  });
});
