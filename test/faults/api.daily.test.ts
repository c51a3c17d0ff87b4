import { docker } from '../support/docker.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { ALWAYS, CALLS } from './proxy/call-rules.js';
import { useProxy } from './proxy/fixture.js';
import { AS_USUAL, BROKEN, BUSY, createHollow, expectEnd, IMPATIENT, IN_PROGRESS, strikeCreate, type Case } from './proxy/hollow-create.js';
import { useHollowImage } from './proxy/hollow-image.js';

const name = `${filePrefix}-day`;
const hollow = useHollowImage();
const through = useProxy(name);

describe('a list', () => {
  test.each<[string, Case]>([
    ['is asked for again when its answer breaks off', { rules: [CALLS.listContainers({ kind: 'truncate' })], exitCode: 0 }],
    ['is asked for again when the connection is cut', { rules: [CALLS.listNetworks({ kind: 'drop' }), CALLS.info({ kind: 'drop' })], exitCode: 0 }],
    ['is asked for again when the daemon is busy', { rules: [CALLS.listVolumes(BUSY)], exitCode: 0 }],
    ['that is late is waited for', { rules: [CALLS.listContainers({ kind: 'delay', milliseconds: 1500 })], exitCode: 0 }],
    ['that always breaks off fails', { rules: [CALLS.listContainers({ kind: 'truncate' }, ALWAYS)], exitCode: 3, told: /Docker closed the connection at unix:/ }],
    ['of half a JSON fails', { rules: [CALLS.listContainers({ kind: 'shorten', bytes: 1 }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['of an error page fails', { rules: [CALLS.listContainers({ kind: 'garble', body: '<html>Bad gateway</html>' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['of something else fails', { rules: [CALLS.listContainers({ kind: 'garble', body: '{"message": "hello"}' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['that is empty in the wrong way fails', { rules: [CALLS.listContainers({ kind: 'garble', body: '' }, ALWAYS)], exitCode: 3, told: /not a Docker daemon|not .*JSON/i }],
    ['that the daemon cannot make fails', { rules: [CALLS.listNetworks(BROKEN, ALWAYS)], exitCode: 3, told: /something is wrong inside/ }],
  ])('%s', async (_, expected) => {
    through.proxy.add(...expected.rules);
    expectEnd(through, await through.run(['list'], IMPATIENT), expected);
  });
});

describe('a daemon that accepts and never answers is named, with what to do', () => {
  test.each([['list'], ['create', `--runtime=${anyRuntime}`, name], ['resize', '--num-workers=1', name], ['destroy', name]])('%s', async (...argv) => {
    through.proxy.add(...CALLS.everything({ kind: 'hang' }));
    const run = await through.run(argv, IMPATIENT);
    expectEnd(through, run, { rules: [], exitCode: 3, told: /does not answer/ });
    expect(run.stderr).toContain(through.proxy.url);
    expect(run.stderr).toContain('sudo systemctl restart docker');
  });

  test('so is one that begins to hang later', async () => {
    through.proxy.add(CALLS.listContainers({ kind: 'hang' }, ALWAYS));
    expectEnd(through, await through.run(['list'], IMPATIENT), { rules: [], exitCode: 3, told: /does not answer/ });
  });
});

describe('a create ends as it would have, and leaves nothing', () => {
  test.each<[string, Case]>([
    ['when the creation of its nodes is asked for twice', { rules: [CALLS.createContainer({ kind: 'duplicate' }, ALWAYS)], ...AS_USUAL }],
    ['when the answers to the creation of its nodes are lost', { rules: [CALLS.createContainer({ kind: 'drop', afterwards: true }, { times: 2 })], ...AS_USUAL }],
    ['when an old daemon makes two networks of it', { rules: [CALLS.createNetwork({ kind: 'duplicate', change: (body) => body.replace('"CheckDuplicate":true', '"CheckDuplicate":false') })], ...AS_USUAL }],
    ['when removals are in progress, then done', { rules: [CALLS.removeContainer(IN_PROGRESS, { times: 3 }), CALLS.removeNetwork({ kind: 'drop', afterwards: true })], ...AS_USUAL }],
    ['when connections are cut during the rollback', {
      rules: [CALLS.removeContainer({ kind: 'drop' }, { times: 2 }), CALLS.removeNetwork({ kind: 'drop' }), CALLS.listVolumes({ kind: 'truncate' }, { spared: 2, times: 2 })], ...AS_USUAL,
    }],
    ['when the connection to a command is cut', { rules: [CALLS.startExec({ kind: 'truncate', bytes: 3 }, ALWAYS)], exitCode: 3, told: /was cut/ }],
  ])('%s', async (_, expected) => strikeCreate(through, hollow, expected));
});

describe('another process takes the port that Docker has chosen', () => {
  const publishing = ['--num-workers=0', '--publish=0'];
  const refused = (message: string) => ({ kind: 'refuse', status: 500, message: `driver failed programming external connectivity on endpoint ${name}-master (d3b0): ${message}` }) as const;

  test.each([
    ['when Docker knows of it', 'Bind for 127.0.0.1:49153 failed: port is already allocated'],
    ['when the kernel does', 'Error starting userland proxy: listen tcp4 127.0.0.1:49153: bind: address already in use'],
    ['in the words of Docker 28', 'failed to bind host port for 127.0.0.1:49153:172.18.0.2:6443/tcp: address already in use'],
  ])('the second attempt works, %s', async (_, message) => {
    through.proxy.add(CALLS.startContainer(refused(message)));
    expectEnd(through, await createHollow(through, hollow, publishing), { rules: [], ...AS_USUAL });
    expect(through.proxy.suffered).toHaveLength(1);
    expect(through.proxy.calls.filter(({ path }) => path === '/containers/create')).toHaveLength(2);
    expect(await leftoversOf(through.name)).toEqual(NOTHING);
  });

  test('again and again: it is told which', async () => {
    await strikeCreate(through, hollow, { rules: [CALLS.startContainer(refused('Bind for 127.0.0.1:49153 failed: port is already allocated'), ALWAYS)], exitCode: 5, told: /port 49153/, options: publishing });
  });

  test('one that was asked for is not tried twice', async () => {
    await strikeCreate(through, hollow, { rules: [CALLS.startContainer(refused('Bind for 0.0.0.0:49153 failed: port is already allocated'))], exitCode: 5, told: /port 49153/, options: ['--num-workers=0', '--publish=49153'] });
  });
});

test('a container and a network of somebody else are as they were', async () => {
  const bystander = await docker(['create', '--label=kindbox-test=bystander', hollow.reference]);
  const network = await docker(['network', 'create', `${name}-theirs`]);
  try {
    through.proxy.add(CALLS.createContainer({ kind: 'duplicate' }, ALWAYS), CALLS.createNetwork({ kind: 'duplicate' }), CALLS.removeContainer({ kind: 'drop' }));
    await createHollow(through, hollow);
    expect(await docker(['container', 'inspect', '--format', '{{.State.Status}}', bystander])).toBe('created');
    expect(await docker(['network', 'inspect', '--format', '{{.Name}}', network])).toBe(`${name}-theirs`);
  } finally {
    await docker(['rm', '--force', '--volumes', bystander]);
    await docker(['network', 'rm', network]);
  }
});
