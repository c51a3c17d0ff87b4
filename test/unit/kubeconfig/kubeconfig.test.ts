import { lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { KindboxError } from '../../../src/errors/index.js';
import { userEntries } from '../../../src/kubeconfig/convert.js';
import { kubeconfigPath } from '../../../src/kubeconfig/path.js';
import { removeKubeconfig } from '../../../src/kubeconfig/remove.js';
import { writeKubeconfig } from '../../../src/kubeconfig/write.js';

const base64 = (kind: string): string => Buffer.from(`-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----\n`).toString('base64');
const adminConfig = JSON.stringify({
  'current-context': 'kubernetes-admin@demo',
  clusters: [{ name: 'demo', cluster: { server: 'https://172.18.0.2:6443', 'certificate-authority-data': base64('CERTIFICATE') } }],
  contexts: [{ name: 'kubernetes-admin@demo', context: { cluster: 'demo', user: 'kubernetes-admin' } }],
  users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': base64('CERTIFICATE'), 'client-key-data': base64('EC PRIVATE KEY') } }],
});

let home: string;
let environment: { HOME?: string };
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kindbox-'));
  environment = { HOME: home };
});
afterEach(() => rm(home, { recursive: true }));

const write = (): Promise<string> => writeKubeconfig(userEntries('demo', adminConfig, { server: 'https://127.0.0.1:16443' }), environment);

async function refusal(work: Promise<unknown>): Promise<KindboxError> {
  return work.then(() => { throw new Error('it succeeded'); }, (error: unknown) => {
    if (error instanceof KindboxError) return error;
    throw error;
  });
}

test('names are unique to the cluster, the file is its owner\'s alone', async () => {
  const path = await write();
  expect(path).toBe(join(home, '.kube', 'demo-config'));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(parse(await readFile(path, 'utf8'))).toMatchObject({
    'current-context': 'kubernetes-admin@demo',
    clusters: [{ name: 'demo', cluster: { server: 'https://127.0.0.1:16443' } }],
    contexts: [{ name: 'kubernetes-admin@demo', context: { cluster: 'demo', user: 'kubernetes-admin-demo' } }],
    users: [{ name: 'kubernetes-admin-demo' }],
  });
});

test('a server that the certificate does not name is verified by the name that it has', () => {
  const { clusters } = userEntries('demo', adminConfig, { server: 'https://172.17.0.3:6443', tlsServerName: 'kubernetes' });
  expect(clusters.cluster).toMatchObject({ server: 'https://172.17.0.3:6443', 'tls-server-name': 'kubernetes' });
});

test('an earlier one of the same cluster is replaced, and removed', async () => {
  const path = await write();
  await write();
  expect(await removeKubeconfig('demo', environment, new AbortController().signal)).toBe(path);
  expect(await removeKubeconfig('demo', environment, new AbortController().signal)).toBeNull();
});

test('a file of someone else is neither replaced nor removed', async () => {
  await mkdir(join(home, '.kube'));
  const path = kubeconfigPath('demo', environment);
  await writeFile(path, 'users: [{name: me}]\n');
  expect(await refusal(write())).toMatchObject({ reason: 'partial', because: expect.stringMatching(/left alone/) as string });
  expect(await removeKubeconfig('demo', environment, new AbortController().signal)).toBeNull();
  expect(await readFile(path, 'utf8')).toBe('users: [{name: me}]\n');
});

test('a symlink in the way is not followed', async () => {
  await mkdir(join(home, '.kube'));
  const target = join(home, 'precious');
  await writeFile(target, 'mine');
  await symlink(target, kubeconfigPath('demo', environment));
  expect((await refusal(write())).reason).toBe('partial');
  expect(await readFile(target, 'utf8')).toBe('mine');
  expect((await lstat(kubeconfigPath('demo', environment))).isSymbolicLink()).toBe(true);
});

test('where nothing can be written the way to the kubeconfig is told', async () => {
  await writeFile(join(home, '.kube'), 'a file in place of the folder');
  const error = await refusal(write());
  expect(error.exitCode).toBe(9);
  expect(error.next[0]).toMatch(/kindbox kubeconfig get demo/);
  environment = {};
  expect((await refusal(write())).message).toMatch(/HOME is not set/);
});

test('where a folder can be made by nobody, it says so, instead of trying for ever', async () => {
  environment = { HOME: '/proc/nowhere' };
  const error = await refusal(write());
  expect([error.exitCode, error.because]).toEqual([9, expect.stringContaining('ENOENT')]);
});
