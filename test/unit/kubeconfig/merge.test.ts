import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { KindboxError } from '../../../src/errors/index.js';
import type { KubeconfigEntries } from '../../../src/kubeconfig/convert.js';
import { withKubeconfigLock } from '../../../src/kubeconfig/lock.js';
import { mergeKubeconfig, unmergeKubeconfig } from '../../../src/kubeconfig/merge.js';
import { fileToMergeInto } from '../../../src/kubeconfig/user-file.js';

const USERS_OWN = `# kept by hand
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work
  cluster: {server: https://work.example, insecure-skip-tls-verify: true} # do not touch
contexts:
- name: work
  context: {cluster: work, user: me}
users:
- name: me
  user: {token: 0123_456, username: 1e3}
preferences: {}
`;

const signal = new AbortController().signal;
let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kindbox-'));
  path = join(home, '.kube', 'config');
});
afterEach(() => rm(home, { recursive: true }));

const entries = (name: string, server = 'https://172.18.0.2:6443'): KubeconfigEntries => ({
  clusters: { name, cluster: { server } },
  contexts: { name: `kubernetes-admin@${name}`, context: { cluster: name, user: `kubernetes-admin-${name}` } },
  users: { name: `kubernetes-admin-${name}`, user: { 'client-key-data': 'AAAA' } },
});
const merge = (name: string, switchContext = true): Promise<string> => mergeKubeconfig(entries(name), switchContext, { HOME: home }, signal);
const unmerge = (name: string): Promise<string[]> => unmergeKubeconfig(name, { HOME: home }, signal);
const current = async (): Promise<string> => (parse(await readFile(path, 'utf8')) as { 'current-context': string })['current-context'];

async function given(text: string): Promise<void> {
  await mkdir(join(home, '.kube'), { recursive: true });
  await writeFile(path, text);
}

test('a merge and its undoing leave the user\'s file byte by byte as it was', async () => {
  await given(USERS_OWN);
  await merge('demo');
  expect(await current()).toBe('kubernetes-admin@demo');
  expect(await readFile(path, 'utf8')).toContain('token: 0123_456, username: 1e3');
  expect(await unmerge('demo')).toEqual([path]);
  expect(await readFile(path, 'utf8')).toBe(USERS_OWN);
});

test('a file that does not exist is made, for its owner alone', async () => {
  expect(await merge('demo')).toBe(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, '.kube'))).mode & 0o777).toBe(0o700);
  expect(parse(await readFile(path, 'utf8'))).toMatchObject({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'kubernetes-admin@demo',
    clusters: [{ name: 'demo', cluster: { server: 'https://172.18.0.2:6443' } }], users: [{ name: 'kubernetes-admin-demo' }],
  });
  expect(await readdir(join(home, '.kube'))).toEqual(['config']);
});

test.each(['clusters: []\ncontexts: null\nusers: ~\n', '', '\n# nothing yet\n'])('%j takes a cluster', async (text) => {
  await given(text);
  await merge('demo');
  expect(parse(await readFile(path, 'utf8'))).toMatchObject({ contexts: [{ name: 'kubernetes-admin@demo' }] });
});

test('clusters that leave in any order lead back to what the user had', async () => {
  await given(USERS_OWN);
  await merge('a');
  await merge('b');
  await merge('c');
  await unmerge('b');
  expect(await current()).toBe('kubernetes-admin@c');
  await unmerge('c');
  expect(await current()).toBe('kubernetes-admin@a');
  await unmerge('a');
  expect(await current()).toBe('work');
});

test('whoever changed the context since keeps theirs', async () => {
  await given(USERS_OWN);
  await merge('demo');
  await given((await readFile(path, 'utf8')).replace('current-context: kubernetes-admin@demo', 'current-context: work'));
  await unmerge('demo');
  expect(await current()).toBe('work');
});

test('a second merge replaces the first and remembers what was before both', async () => {
  await given(USERS_OWN);
  await merge('demo');
  await mergeKubeconfig(entries('demo', 'https://172.18.0.9:6443'), true, { HOME: home }, signal);
  const config = parse(await readFile(path, 'utf8')) as { clusters: { name: string; cluster: { server: string } }[] };
  expect(config.clusters.map(({ cluster }) => cluster.server)).toEqual(['https://work.example', 'https://172.18.0.9:6443']);
  await unmerge('demo');
  expect(await current()).toBe('work');
});

test('without switching, the context stays', async () => {
  await given(USERS_OWN);
  await merge('demo', false);
  expect(await current()).toBe('work');
});

test.each(['no', '1e3', '0x10'])('a cluster named %s is a string to readers of YAML 1.1', async (name) => {
  await merge(name);
  expect(parse(await readFile(path, 'utf8'), { version: '1.1' })).toMatchObject({ clusters: [{ name }] });
  expect(await unmerge(name)).toEqual([path]);
});

test('an entry that kindbox did not make is neither replaced nor removed', async () => {
  await given(USERS_OWN.replaceAll('work', 'demo'));
  const before = await readFile(path, 'utf8');
  await expect(merge('demo')).rejects.toMatchObject({ reason: 'partial', because: expect.stringMatching(/"demo" that kindbox did not make/) as string });
  expect(await unmerge('demo')).toEqual([]);
  expect(await readFile(path, 'utf8')).toBe(before);
});

test.each(['users: [', 'just a sentence', 'users: sentence', '- a\n- b'])('%j is refused and stays, and is not quoted', async (text) => {
  await given(text);
  const failure = await merge('demo').catch((error: unknown) => error as KindboxError);
  expect(failure).toBeInstanceOf(KindboxError);
  expect(`${(failure as KindboxError).because}`).not.toContain('sentence');
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await readdir(join(home, '.kube'))).toEqual(['config']);
});

test('the mode of a file that is there stays, and a link to it is followed', async () => {
  await mkdir(join(home, '.kube'));
  const real = join(home, 'dotfiles');
  await writeFile(real, USERS_OWN);
  await chmod(real, 0o640);
  await symlink(real, path);
  await merge('demo');
  expect(await readFile(real, 'utf8')).toContain('kubernetes-admin@demo');
  expect((await stat(real)).mode & 0o777).toBe(0o640);
  expect((await readFile(path, 'utf8'))).toBe(await readFile(real, 'utf8'));
});

test('of KUBECONFIG the first file that exists is taken, else the last; destroy looks into all', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(home, name));
  const KUBECONFIG = `${a}::${b}:${c}`;
  expect(await fileToMergeInto({ KUBECONFIG })).toBe(c);
  await writeFile(`${b}`, USERS_OWN);
  expect(await mergeKubeconfig(entries('demo'), true, { KUBECONFIG }, signal)).toBe(b);
  expect(await unmergeKubeconfig('demo', { KUBECONFIG: `${a}:${c}:${b}` }, signal)).toEqual([b]);
});

test('a lock of kubectl is waited for', async () => {
  await given(USERS_OWN);
  await writeFile(`${path}.lock`, '');
  const merging = merge('demo');
  await expect(Promise.race([merging.then(() => 'merged'), new Promise((resolve) => { setTimeout(resolve, 250, 'waits'); })])).resolves.toBe('waits');
  await rm(`${path}.lock`);
  await merging;
  expect(await readdir(join(home, '.kube'))).toEqual(['config']);
});

test('a lock that goes from one to the other is waited for as long as that goes on', async () => {
  await given(USERS_OWN);
  const [lock, next] = [`${path}.lock`, `${path}.next`];
  await writeFile(lock, '');
  const work = withKubeconfigLock(path, signal, async () => 'done', 1000);
  for (let holders = 0; holders < 15; holders++) {
    await delay(100);
    await writeFile(next, '');
    await rename(next, lock);
  }
  await rm(lock);
  expect(await work).toBe('done');
});

test('a lock that stays is told, and left to its owner; an abort ends the wait', async () => {
  await given(USERS_OWN);
  await writeFile(`${path}.lock`, '');
  await expect(withKubeconfigLock(path, signal, async () => undefined, 50)).rejects.toMatchObject({ reason: 'partial', message: expect.stringContaining('config.lock') as string });
  await expect(withKubeconfigLock(path, AbortSignal.timeout(20), async () => undefined)).rejects.toThrow(/abort/);
  expect(await readdir(join(home, '.kube'))).toEqual(['config', 'config.lock']);
});

test('ten merges at once lose nothing', async () => {
  await given(USERS_OWN);
  await Promise.all(Array.from({ length: 10 }, (_, index) => merge(`c${index}`)));
  const { users } = parse(await readFile(path, 'utf8')) as { users: unknown[] };
  expect(users).toHaveLength(11);
});
