import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DoctorReport } from '../../src/host/doctor.js';
import type { ClusterSummary } from '../../src/cluster/options.js';
import { SYSBOX_RUNTIME } from '../../src/host/runtime-check.js';
import { PROXY_FILE } from '../../src/nodes/runtime-proxy.js';
import { useKindbox, type KindboxFixture } from '../support/cluster-fixture.js';
import { docker, inNode } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { addressOfHost } from '../support/host-address.js';
import { HttpProxy } from '../support/http-proxy.js';
import { describeRun, type KindboxRun } from '../support/kindbox.js';
import { Kubectl } from '../support/kubectl.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { loseProc } from '../support/lost-proc.js';
import { filePrefix } from '../support/names.js';
import { PublicCapture } from '../support/public-capture.js';
import { anyRuntime } from '../support/runtimes.js';

const runtime = `--runtime=${anyRuntime}`;
const prefix = `${filePrefix}-e`;
const home: KindboxFixture = useKindbox(prefix);

/** The last of its tests is about something else, and needs a cluster that is of no more use. */
describe('behind a proxy that wants a password', () => {
  const name = `${prefix}-p`;
  const master = `${name}-master`;
  const worker = `${name}-worker-0`;
  const kubectl = new Kubectl(master);
  /** With a character that a URL has to write otherwise. */
  const password = `pw${Date.now()}#`;
  const written = encodeURIComponent(password);
  const CANARY = `kbcanary${Date.now()}`;
  const said: KindboxRun[] = [];
  let proxy: HttpProxy;
  let publicly: string;
  let pulled: number;

  const run = async (argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> => {
    said.push(await home.kindbox.succeed(argv, { environment }));
  };
  const pull = async (node: string): Promise<void> => {
    const pod = `pull-on-${node}`;
    const spec = { nodeName: node, containers: [{ name: pod, image: 'registry.k8s.io/pause:99', imagePullPolicy: 'Always' }], tolerations: [{ operator: 'Exists' }] };
    await kubectl.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, namespace: 'default' }, spec });
    await eventually(async () => { expect(await kubectl.run(['describe', 'pod', pod])).toMatch(/502|Bad Gateway/); });
  };

  beforeAll(async () => {
    proxy = await HttpProxy.start(await addressOfHost());
    const url = `http://somebody:${written}@${proxy.hostAndPort}`;
    const capture = await PublicCapture.begin();
    await run(['create', runtime, '--num-workers=0', '--ephemeral', name, '--progress=json'], { HTTPS_PROXY: url, http_proxy: url, NO_PROXY: 'registry.corp.example' });
    // Whoever adds a node may have no such variables.
    await run(['resize', '--num-workers=1', '--wait-all', name, '--progress=json'], {});
    pulled = proxy.requests.length;
    await pull(master);
    await pull(worker);
    await capture.show(master, CANARY);
    const { events, argv } = await capture.end();
    publicly = `${events}\n${argv}`;
  }, 600_000);
  afterAll(() => proxy.close());

  test('the cluster is Ready, and nothing in it asked the proxy for anything', async () => {
    expect(pulled).toBe(0);
    await kubectl.run(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=60s']);
    await kubectl.run(['--namespace=kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=60s']);
  });

  test('a pull on every node goes through it, with the password', () => {
    const { requests } = proxy;
    expect(requests.map(({ method, target, user }) => [method, target, user === `somebody:${password}`])).toEqual(requests.map(() => ['CONNECT', 'registry.k8s.io:443', true]));
    expect(requests.length).toBeGreaterThanOrEqual(2);
  });

  test('what is asked directly: the user\'s, the cluster\'s networks, Services and nodes', async () => {
    const subnet = await docker(['network', 'inspect', `${name}-net`, '--format', '{{(index .IPAM.Config 0).Subnet}}']);
    for (const node of [master, worker]) {
      const noProxy = /^NO_PROXY="(.*)"$/m.exec(await inNode(node, ['cat', PROXY_FILE]))?.[1] ?? '';
      expect(noProxy.split(',')).toEqual(expect.arrayContaining([
        'registry.corp.example', 'localhost', '127.0.0.0/8', subnet, '10.244.0.0/16', '10.96.0.0/12', '.svc', '.cluster.local', master, node,
      ]));
    }
  });

  test('the password is in a file of root\'s, and in nothing that others see', async () => {
    expect(await inNode(worker, ['stat', '--format=%a %u', PROXY_FILE])).toBe('600 0');
    const bundle = join(home.kindbox.home, 'bundle');
    await run(['logs', name, `--output=${bundle}`], {});
    const seen = {
      'events of Docker and command lines of processes': [publicly, `${CANARY}-argument`],
      'what Docker tells of containers': [await docker(['inspect', master, worker]), name],
      'the environment of commands in nodes': [`${await inNode(master, ['env'])}${await inNode(worker, ['env'])}`, 'PATH='],
      'Kubernetes\' own pods': [await inNode(master, ['grep', '-r', '', '/etc/kubernetes/manifests']), 'kube-apiserver'],
      'what kindbox prints': [said.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n'), 'join-worker'],
      'the bundle of logs': [await textOf(bundle), 'registry.k8s.io/pause:99'],
    } satisfies Record<string, [string, string]>;
    for (const [place, [text, proof]] of Object.entries(seen)) {
      const leaks = [password, written].filter((secret) => text.includes(secret)).length;
      expect({ place, wouldBeSeen: text.includes(proof), leaks }).toEqual({ place, wouldBeSeen: true, leaks: 0 });
    }
  });

  /** Sysbox's own daemons cannot be had on these machines; what is left in a node when they are gone can. */
  test('a cluster under whose nodes Sysbox was restarted is told to be broken, with cause and remedy, and is destroyed', async () => {
    await Promise.all([loseProc(master), loseProc(worker)]);
    const cause = anyRuntime === SYSBOX_RUNTIME ? 'Sysbox was restarted' : 'has died';
    // The five seconds of a check may be too few for a busy machine.
    await eventually(async () => {
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list', '--check']);
      expect(clusters.find((cluster) => cluster.name === name)).toMatchObject({
        state: 'broken',
        findings: [master, worker].map((node) => ({ kind: 'node-proc-lost', node, found: expect.stringContaining(cause), repair: 'restart it' })),
      });
      expect((await home.kindbox.succeed(['list', '--check'])).stderr).toContain(`kindbox repair ${name}`);
    });
    await home.kindbox.succeed(['destroy', name]);
    await home.kindbox.succeed(['destroy', name]);
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});

describe('on a machine with few inotify instances', () => {
  const SYSCTL = '/proc/sys/fs/inotify/max_user_instances';
  const LIMIT = '128';
  /** For one process: the machine's own is as before. */
  const within = async (argv: readonly string[]): Promise<KindboxRun> => {
    const before = await readFile(SYSCTL, 'utf8');
    const file = join(home.kindbox.temporary, 'max_user_instances');
    await writeFile(file, `${LIMIT}\n`);
    const run = await home.kindbox.run(argv, { within: ['unshare', '--mount', '--', 'sh', '-c', `mount --bind "$0" ${SYSCTL} && exec "$@"`, file] });
    expect(await readFile(SYSCTL, 'utf8')).toBe(before);
    return run;
  };

  test('the doctor warns of as many nodes as they are too few for, with the sysctl to set', async () => {
    const findingFor = async (workers: number): Promise<unknown> => {
      const run = await within(['doctor', runtime, `--num-workers=${workers}`, '--json']);
      return (JSON.parse(run.stdout) as DoctorReport).findings.find(({ id }) => id === 'inotify-instances');
    };
    expect(await findingFor(1)).toMatchObject({ verdict: 'ok', found: LIMIT });
    expect(await findingFor(20)).toMatchObject({
      verdict: 'warning', found: LIMIT, next: expect.arrayContaining([expect.stringMatching(/^sudo sysctl fs\.inotify\.max_user_instances=\d+$/)]),
    });
  });

  test('a create says it before it makes anything, and goes on', async () => {
    const run = await within(['create', runtime, '--num-workers=20', '--dry-run', `${prefix}-i`, '--json']);
    expect(describeRun(run)).toMatch(/exited with 0/);
    expect(run.stderr).toContain(`${LIMIT} inotify instances a user are too few for 21 nodes`);
  });
});

async function textOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return (await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')))).join('\n');
}
