import type { ClusterSummary } from '../../src/cluster/options.js';
import { docker } from '../support/docker.js';
import { describeRun, type KindboxRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { ALWAYS, CALLS } from './proxy/call-rules.js';
import type { Rule } from './proxy/fault.js';
import { useProxy } from './proxy/fixture.js';
import { useHollowImage } from './proxy/hollow-image.js';

const name = `${filePrefix}-api`;
const hollow = useHollowImage();
const through = useProxy(name);
/** Seconds: what hangs here hangs for ever, so nothing is lost by waiting less. */
const IMPATIENT = { KINDBOX_DOCKER_TIMEOUT: '3' };
const IN_PROGRESS = { kind: 'refuse', status: 409, message: 'removal of container 0123456789ab is already in progress' } as const;
const BROKEN = { kind: 'refuse', status: 500, message: 'something is wrong inside' } as const;
const BUSY = { kind: 'refuse', status: 503, message: 'try again' } as const;

interface Case {
  readonly rules: readonly Rule[];
  readonly exitCode: number;
  readonly told?: RegExp;
}

const createHollow = (options: readonly string[] = []): Promise<KindboxRun> =>
  through.run(['create', '--num-workers=1', `--runtime=${anyRuntime}`, `--image=${hollow.reference}`, ...options, name], IMPATIENT);

async function expectEnd(run: KindboxRun, { exitCode, told }: Case, suffers = true): Promise<void> {
  const end = describeRun(run);
  expect({ exitCode: run.exitCode, end }).toEqual({ exitCode, end });
  if (told !== undefined) expect(run.stderr).toMatch(told);
  if (suffers) expect(through.proxy.suffered).not.toEqual([]);
}

describe('a list', () => {
  test.each<[string, Case]>([
    ['is asked for again when its answer breaks off', { rules: [CALLS.listContainers({ kind: 'truncate' })], exitCode: 0 }],
    ['is asked for again when the connection is cut', { rules: [CALLS.listNetworks({ kind: 'drop' }), CALLS.info({ kind: 'drop' })], exitCode: 0 }],
    ['is asked for again when the daemon is busy', { rules: [CALLS.listVolumes(BUSY)], exitCode: 0 }],
    ['that is late is waited for', { rules: [CALLS.listContainers({ kind: 'delay', milliseconds: 1500 })], exitCode: 0 }],
    ['that always breaks off fails', { rules: [CALLS.listContainers({ kind: 'truncate' }, ALWAYS)], exitCode: 3, told: /Docker closed the connection at unix:/ }],
    ['of half a JSON fails', { rules: [CALLS.listContainers({ kind: 'shorten' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['of an error page fails', { rules: [CALLS.listContainers({ kind: 'garble', body: '<html>Bad gateway</html>' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['of something else fails', { rules: [CALLS.listContainers({ kind: 'garble', body: '{"message": "hello"}' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['that is empty in the wrong way fails', { rules: [CALLS.listContainers({ kind: 'garble', body: '' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['that the daemon cannot make fails', { rules: [CALLS.listNetworks(BROKEN, ALWAYS)], exitCode: 3, told: /something is wrong inside/ }],
  ])('%s', async (_, expected) => {
    through.proxy.add(...expected.rules);
    await expectEnd(await through.run(['list'], IMPATIENT), expected);
  });
});

describe('a daemon that accepts and never answers is named, with what to do', () => {
  test.each([['list'], ['create', `--runtime=${anyRuntime}`, name], ['resize', '--num-workers=1', name], ['destroy', name]])('%s', async (...argv) => {
    through.proxy.add(...CALLS.everything({ kind: 'hang' }));
    const run = await through.run(argv, IMPATIENT);
    await expectEnd(run, { rules: [], exitCode: 3, told: /does not answer/ });
    expect(run.stderr).toContain(through.proxy.url);
    expect(run.stderr).toContain('sudo systemctl restart docker');
  });

  test('so is one that begins to hang later', async () => {
    through.proxy.add(CALLS.listContainers({ kind: 'hang' }, ALWAYS));
    await expectEnd(await through.run(['list'], IMPATIENT), { rules: [], exitCode: 3, told: /does not answer/ });
  });
});

describe('a create ends as it would have, and leaves nothing', () => {
  /** Of the hollow node: the end of a create to which nothing else happened. */
  const asUsual = { exitCode: 7, told: /kubeadm/ };

  test.each<[string, Case]>([
    ['without a fault', { rules: [], ...asUsual }],
    ['when the creation of its nodes is asked for twice', { rules: [CALLS.createContainer({ kind: 'duplicate' }, ALWAYS)], ...asUsual }],
    ['when the answers to the creation of its nodes are lost', { rules: [CALLS.createContainer({ kind: 'drop', afterwards: true }, { times: 2 })], ...asUsual }],
    ['when a gateway gives up on the creation of a node', { rules: [CALLS.createContainer({ ...BUSY, afterwards: true })], ...asUsual }],
    ['when the creation of its network is asked for twice', { rules: [CALLS.createNetwork({ kind: 'duplicate' })], ...asUsual }],
    ['when an old daemon makes two networks of it', { rules: [CALLS.createNetwork({ kind: 'duplicate', change: (body) => body.replace('"CheckDuplicate":true', '"CheckDuplicate":false') })], ...asUsual }],
    ['when the answer to the creation of its network is lost', { rules: [CALLS.createNetwork({ kind: 'drop', afterwards: true })], ...asUsual }],
    ['when a name is reserved yet for a container that has gone', {
      rules: [CALLS.createContainer({ kind: 'refuse', status: 409, message: `Conflict. The container name "/x" is already in use by container "${'0'.repeat(64)}". You have to remove (or rename) that container to be able to reuse that name.` }, { times: 2 })],
      ...asUsual,
    }],
    ['when the answers to starts are lost', { rules: [CALLS.startContainer({ kind: 'drop', afterwards: true }, { times: 2 })], ...asUsual }],
    ['when removals are in progress, then done', { rules: [CALLS.removeContainer(IN_PROGRESS, { times: 3 }), CALLS.removeNetwork({ kind: 'drop', afterwards: true })], ...asUsual }],
    ['when removals fail at first', { rules: [CALLS.removeContainer(BROKEN, { times: 2 }), CALLS.removeNetwork(BROKEN)], ...asUsual }],
    ['when connections are cut during the rollback', {
      rules: [CALLS.removeContainer({ kind: 'drop' }, { times: 2 }), CALLS.removeNetwork({ kind: 'drop' }), CALLS.listVolumes({ kind: 'truncate' }, { times: 3 })], ...asUsual,
    }],
    ['when the rollback is told of half its nodes', { rules: [CALLS.events({ kind: 'shorten' }, ALWAYS), CALLS.listVolumes(BROKEN, { spared: 1, times: 1 })], ...asUsual }],
    ['when the daemon cannot start a node', { rules: [CALLS.startContainer(BROKEN, { spared: 1 })], exitCode: 3, told: /something is wrong inside/ }],
    ['when the start of a node hangs', { rules: [CALLS.startContainer({ kind: 'hang' })], exitCode: 3, told: /does not answer/ }],
    ['when the connection to a command is cut', { rules: [CALLS.startExec({ kind: 'truncate', bytes: 3 }, { spared: 2, times: 4 })], exitCode: 3, told: /was cut/ }],
    ['when no exit code can be had', { rules: [CALLS.inspectExec({ kind: 'hang' }, ALWAYS)], exitCode: 3, told: /does not answer/ }],
    ['when commands are refused', { rules: [CALLS.createExec({ kind: 'refuse', status: 409, message: 'Container 0123456789ab is not running' }, ALWAYS)], exitCode: 7, told: /is not running/ }],
  ])('%s', async (_, expected) => {
    through.proxy.add(...expected.rules);
    await expectEnd(await createHollow(), expected, expected.rules.length > 0);
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });

  test.each<[string, Rule]>([
    ['breaks off', CALLS.pull({ kind: 'garble', body: '{"status":"Pulling from x","id":"v1"}\r\n{"status":"Downloading","progressDe' })],
    ['is cut', CALLS.pull({ kind: 'truncate', bytes: 5 })],
  ])('when the pull of its image %s', async (_, rule) => {
    through.proxy.add(rule);
    const run = await through.run(['create', `--runtime=${anyRuntime}`, '--image=127.0.0.1:1/kindbox-test/absent:v1', name], IMPATIENT);
    await expectEnd(run, { rules: [], exitCode: run.exitCode === 3 ? 3 : 4, told: /kindbox-test\/absent|connection/ });
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('what is left of a create', () => {
  beforeEach(async () => {
    expect((await createHollow(['--retain'])).exitCode).toBe(7);
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
    await expectEnd(await through.run(['destroy', name], IMPATIENT), { rules, exitCode: 0 });
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

test('a container and a network of somebody else are as they were', async () => {
  const bystander = await docker(['create', '--label=kindbox-test=bystander', hollow.reference]);
  const network = await docker(['network', 'create', `${name}-theirs`]);
  try {
    through.proxy.add(CALLS.createContainer({ kind: 'duplicate' }, ALWAYS), CALLS.createNetwork({ kind: 'duplicate' }), CALLS.removeContainer({ kind: 'drop' }));
    await createHollow();
    expect(await docker(['container', 'inspect', '--format', '{{.State.Status}}', bystander])).toBe('created');
    expect(await docker(['network', 'inspect', '--format', '{{.Name}}', network])).toBe(`${name}-theirs`);
  } finally {
    await docker(['rm', '--force', '--volumes', bystander]);
    await docker(['network', 'rm', network]);
  }
});
