import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleIndex } from '../../src/logs/options.js';
import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker, inNode } from '../support/docker.js';
import { describeRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';

const runtime = anyRuntime;
const name = clusterName(filePrefix, runtime);
const home = useKindbox(filePrefix);

async function filesIn(folder: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true })).map((path) => join(folder, path));
  const isFile = await Promise.all(paths.map(async (path) => (await lstat(path)).isFile()));
  return paths.filter((_, index) => isFile[index]);
}

async function expectWithout(folder: string, secrets: readonly string[]): Promise<void> {
  for (const file of await filesIn(folder)) {
    const text = await readFile(file, 'utf8');
    expect({ file, leaked: secrets.filter((secret) => text.includes(secret)).length }).toEqual({ file, leaked: 0 });
  }
}

describe(`the logs of a cluster of one worker on ${runtime}`, () => {
  const cluster = useCluster(home, name, ['--num-workers=1', `--runtime=${runtime}`, '--wait-all']);
  const worker = `${name}-worker-0`;
  const folder = (label: string): string => join(home.kindbox.home, label);
  const exported = async (label: string, exitCode: number): Promise<BundleIndex> => {
    const run = await cluster.kindbox.run(['logs', name, `--output=${folder(label)}`, '--json']);
    if (run.exitCode !== exitCode) throw new Error(describeRun(run));
    return JSON.parse(run.stdout) as BundleIndex;
  };
  const bundled = (label: string, path: string): Promise<string> => readFile(join(folder(label), path), 'utf8');

  /** The cluster's own, and some that a user's pod or an expert's command may have left in a journal. */
  const secrets: string[] = [];
  const planted = { token: 'kbtest.0123456789abcdef', bearer: 'kbtest-bearer-0123456789', password: 'kbtest-pa55word' };

  beforeAll(async () => {
    const admin = await inNode(cluster.master, ['cat', '/etc/kubernetes/admin.conf']);
    const keys = [/client-key-data: (\S+)/.exec(admin)?.[1] ?? '', ...(await keyLines())];
    const saToken = await inNode(cluster.master, ['kubectl', 'create', 'token', 'default']);
    secrets.push(...keys, saToken, ...Object.values(planted));
    expect(secrets.filter((secret) => secret.length < 12)).toEqual([]);
    const spoken = [`--token ${planted.token}`, `Authorization: Bearer ${planted.bearer}`, `DB_PASSWORD=${planted.password}`, saToken, admin];
    await inNode(worker, ['systemd-cat', '--identifier=kbtest'], `${spoken.join('\n')}\n${await inNode(cluster.master, ['cat', '/etc/kubernetes/pki/ca.key'])}\n`);
  });

  /** Body lines of private keys on the control plane. */
  async function keyLines(): Promise<string[]> {
    const pem = await inNode(cluster.master, ['cat', '/etc/kubernetes/pki/ca.key', '/etc/kubernetes/pki/sa.key']);
    return pem.split('\n').filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
  }

  test('all of it is there: journals, units, pods of the system, what Docker and Kubernetes know, versions', async () => {
    const { complete, missing, files } = await exported('whole', 0);
    expect({ complete, missing, cut: files.filter(({ state }) => state !== 'complete') }).toEqual({ complete: true, missing: [], cut: [] });
    const paths = files.map(({ path }) => path);
    const expected = [cluster.master, worker].flatMap((node) => ['journal.log', 'kubelet.log', 'containerd.log', 'units.txt', 'containers.txt', 'inspect.json'].map((file) => `${node}/${file}`));
    expect(paths).toEqual(expect.arrayContaining([...expected, 'cluster/events.jsonl', 'cluster/networks.json', 'cluster/kubernetes-events.json', 'versions.json', 'doctor.json']));
    for (const pod of ['etcd', 'kube-apiserver', 'kube-scheduler', 'kube-proxy', 'kube-flannel', 'coredns']) {
      expect(paths.filter((path) => path.includes('/pods/') && path.includes(`_${pod}-`)).length).toBeGreaterThan(0);
    }
    expect(await bundled('whole', `${worker}/kubelet.log`)).toContain('kubelet');
    expect(await bundled('whole', 'cluster/kubeadm-config.yaml')).toContain('ClusterConfiguration');
    const nodes = JSON.parse(await bundled('whole', 'cluster/nodes.json')) as { items: { metadata: { name: string } }[] };
    expect(nodes.items.map(({ metadata }) => metadata.name)).toEqual([cluster.master, worker]);
    const [inspection] = JSON.parse(await bundled('whole', `${worker}/inspect.json`)) as { Name: string }[];
    expect(inspection?.Name).toBe(`/${worker}`);
  });

  test('no secret is in it: keys, tokens, passwords', async () => {
    // That they would be found, were they not removed:
    expect(await inNode(worker, ['journalctl', '--no-pager', '--identifier=kbtest'])).toContain(planted.password);
    expect(await bundled('whole', `${worker}/journal.log`)).toContain('DB_PASSWORD=');
    await expectWithout(folder('whole'), secrets);
  });

  test('only its owner can read it', async () => {
    expect((await lstat(folder('whole'))).mode & 0o777).toBe(0o700);
    for (const file of await filesIn(folder('whole'))) expect((await lstat(file)).mode & 0o777).toBe(0o600);
  });

  test('nothing is overwritten', async () => {
    const before = await filesIn(folder('whole'));
    const run = await cluster.kindbox.run(['logs', name, `--output=${folder('whole')}`, '--json']);
    expect(run.exitCode).toBe(5);
    expect(await filesIn(folder('whole'))).toEqual(before);
  });

  test('a node whose containerd is stopped: its journals are there, and it is told what is not', async () => {
    await inNode(worker, ['systemctl', 'stop', 'containerd']);
    try {
      const { files } = await exported('broken', 0);
      expect(files.find(({ path }) => path === `${worker}/tasks.txt`)?.remark).toMatch(/exit code/);
      expect(await bundled('broken', `${worker}/units.txt`)).toMatch(/containerd\.service[\s\S]*inactive \(dead\)/);
      expect(await bundled('broken', `${worker}/containerd.log`)).toContain('Stopping containerd');
    } finally {
      await inNode(worker, ['systemctl', 'start', 'containerd']);
    }
  });

  test('a node that is stopped is told, with the exit code of what is not complete', async () => {
    await docker(['stop', '--time=1', worker]);
    try {
      const { complete, missing, files } = await exported('stopped', 9);
      expect(complete).toBe(false);
      expect(missing.find(({ path }) => path === `${worker}/kubelet.log`)?.because).toContain('stopped');
      expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining([`${worker}/inspect.json`, `${cluster.master}/kubelet.log`]));
    } finally {
      await docker(['start', worker]);
    }
  });

  test('a cluster that does not exist has none', async () => {
    const run = await cluster.kindbox.run(['logs', `${name}-absent`, '--json']);
    expect(run.exitCode).toBe(6);
  });
});

test('a create that fails keeps the logs of its nodes, says where, and leaves nothing else', async () => {
  const failing = `${name}-f`;
  const run = await home.kindbox.run(['create', '--num-workers=1', `--runtime=${runtime}`, failing, '--json', '--progress=json'], {
    onEvent: (event) => {
      if (event.type === 'step' && event.stage === 'init-control-plane' && event.status === 'running' && event.detail === undefined) void docker(['kill', `${failing}-master`]);
    },
  });
  expect(run.exitCode).toBe(7);
  expect(await leftoversOf(failing)).toEqual(NOTHING);
  const [bundle = ''] = (await readdir(home.kindbox.temporary)).filter((entry) => entry.startsWith(`kindbox-logs-${failing}-`));
  const folder = join(home.kindbox.temporary, bundle);
  const { error } = JSON.parse(run.stdout) as { error: { next: readonly string[] } };
  expect(error.next[0]).toContain(folder);
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as BundleIndex;
  expect(index.files.map(({ path }) => path)).toEqual(expect.arrayContaining([`${failing}-master/inspect.json`, `${failing}-worker-0/journal.log`]));
});
