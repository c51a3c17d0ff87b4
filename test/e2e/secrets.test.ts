import { createPrivateKey, X509Certificate } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import type { CreateResult } from '../../src/cluster/options.js';
import { useKindbox, clusterName } from '../support/cluster-fixture.js';
import { privateKeysOf, TokenWatch } from '../support/cluster-secrets.js';
import { addressOf, docker, dockerLines, inNode } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { describeRun, type KindboxRun } from '../support/kindbox.js';
import { Kubectl } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { PublicCapture } from '../support/public-capture.js';
import { anyRuntime } from '../support/runtimes.js';

const name = clusterName(filePrefix, anyRuntime);
const home = useKindbox(filePrefix);
const master = `${name}-master`;
const worker = `${name}-worker-0`;
const containers = [master, worker, `${name}-worker-1`];
const CANARY = `kbcanary${Date.now()}`;

async function textOf(folder: string): Promise<string> {
  const paths = (await readdir(folder, { recursive: true })).map((path) => join(folder, path));
  const isFile = await Promise.all(paths.map(async (path) => (await lstat(path)).isFile()));
  return (await Promise.all(paths.filter((_, at) => isFile[at]).map((path) => readFile(path, 'utf8')))).join('\n');
}

/** Status of an answer to somebody who has no certificate; undefined when nobody answers. */
function anonymously(host: string, port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = https.get({ host, port, path, rejectUnauthorized: false, timeout: 10_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(undefined));
  });
}

describe(`a cluster that is created, resized and asked for its logs on ${anyRuntime}`, () => {
  const secrets = { tokens: [] as string[], keys: [] as string[] };
  /** Where a secret would be seen by somebody who must not, and something that proves that it would have been seen. */
  const seen = new Map<string, { readonly text: string; readonly proof: string }>();
  let created: CreateResult;
  let tokensOfResize: readonly string[];

  beforeAll(async () => {
    const { kindbox } = home;
    const said: KindboxRun[] = [];
    const run = async (argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<KindboxRun> => {
      const done = await kindbox.run(argv, { environment });
      if (done.exitCode !== 0) throw new Error(describeRun(done));
      said.push(done);
      return done;
    };
    const trace = (label: string): string => join(kindbox.home, `${label}.trace`);
    const tokensDuring = async (argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<KindboxRun> => {
      const watch = new TokenWatch(master);
      const done = await run(argv, environment).finally(async () => { secrets.tokens.push(...await watch.end()); });
      return done;
    };
    const capture = await PublicCapture.begin();
    const { stdout } = await tokensDuring(['create', '--num-workers=1', '--publish=0', `--runtime=${anyRuntime}`, name, '--json', '--progress=json', `--trace=${trace('create')}`]);
    created = JSON.parse(stdout) as CreateResult;
    // Whatever a library tells in a debug log, a bug report would have.
    const tokensOfCreate = secrets.tokens.length;
    await tokensDuring(['resize', '--num-workers=2', name, '--progress=plain', '--timeline', `--trace=${trace('resize')}`], { DEBUG: '*' });
    tokensOfResize = secrets.tokens.slice(tokensOfCreate);
    const bundle = join(kindbox.home, 'bundle');
    await run(['logs', name, `--output=${bundle}`]);
    await run(['list', '--long', '--json']);
    await run(['showcmds', name]);
    for (const node of containers) secrets.keys.push(...await privateKeysOf(node));
    await capture.show(master, CANARY);
    const { events, argv, environ } = await capture.end();
    const volumes = await dockerLines(['volume', 'ls', '--quiet', `--filter=label=dev.kindbox.cluster=${name}`]);
    const image = JSON.parse(await docker(['inspect', '--format={{json .Image}}', master])) as string;
    const entries: [string, string, string][] = [
      ['events of Docker', events, `${CANARY}-argument`], ['command lines of processes', argv, `${CANARY}-argument`], ['environments of processes', environ, `${CANARY}-variable`],
      ['what kindbox prints', said.map(({ stdout: out, stderr }) => `${out}\n${stderr}`).join('\n'), 'modem'],
      ['traces', `${await readFile(trace('create'), 'utf8')}${await readFile(trace('resize'), 'utf8')}`, 'join-worker'],
      ['the bundle of logs', await textOf(bundle), 'kubelet'],
      ['what Docker tells of containers, network and volumes', await docker(['inspect', ...containers, `${name}-net`, ...volumes]), name],
      ['consoles of the nodes', (await Promise.all(containers.map((node) => docker(['logs', node], { all: true })))).join('\n'), ''],
      ['the history of the node image', await docker(['history', '--no-trunc', image]), 'CREATED'],
    ];
    for (const [place, text, proof] of entries) seen.set(place, { text, proof });
  }, 600_000);

  test('its secrets are known to this test', () => {
    expect(secrets.tokens.length).toBeGreaterThanOrEqual(1);
    expect(secrets.keys.length).toBeGreaterThan(20);
    for (const secret of [...secrets.tokens, ...secrets.keys]) expect(secret.length).toBeGreaterThanOrEqual(16);
  });

  test('workers that are added make no join token', () => {
    expect(tokensOfResize).toEqual([]);
  });

  test('no token and no key is in what others can see', () => {
    for (const [place, { text, proof }] of seen) {
      // The secrets themselves are not to be in the log of a test that fails.
      const leaked = { tokens: secrets.tokens.filter((token) => text.includes(token)).length, keys: secrets.keys.filter((key) => text.includes(key)).length };
      expect({ place, wouldBeSeen: text.includes(proof), ...leaked }).toEqual({ place, wouldBeSeen: true, tokens: 0, keys: 0 });
    }
  });

  test('no token outlives the run that made it, and no certificate was uploaded', async () => {
    const names = await new Kubectl(master).run(['get', 'secrets', '--namespace=kube-system', '--output=name']);
    expect(names.split('\n').filter((each) => /bootstrap-token|kubeadm-certs/.test(each))).toEqual([]);
  });

  test('the kubeconfig and the traces are for their owner alone', async () => {
    for (const file of [created.kubeconfig ?? '', join(home.kindbox.home, 'create.trace'), join(home.kindbox.home, 'resize.trace')]) {
      expect([file, (await lstat(file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  test('its API server listens on the loopback only, and tells nobody more than its version', async () => {
    const bindings = await dockerLines(['port', master]);
    expect(bindings).toEqual([expect.stringMatching(/^6443\/tcp -> 127\.0\.0\.1:\d+$/)]);
    const port = Number(bindings[0]?.split(':').at(-1));
    expect(await anonymously('127.0.0.1', port, '/version')).toBe(200);
    for (const path of ['/api/v1/namespaces/kube-system/secrets', '/api/v1/nodes', '/metrics']) expect([path, await anonymously('127.0.0.1', port, path)]).toEqual([path, 403]);
    const address = await addressOf(master);
    expect(await anonymously(address, 10250, '/pods')).toBe(401);
    // etcd wants a certificate before it says anything; the kubelet's read-only port is closed.
    for (const closed of [2379, 10255]) expect([closed, await anonymously(address, closed, '/')]).toEqual([closed, undefined]);
  });

  test.each([[master, ['/var/lib/etcd']], [worker, []]])('private files in %s are root\'s alone', async (node, more) => {
    const open = await inNode(node, ['find', '/etc/kubernetes', '/var/lib/kubelet/pki', ...more, '-type', 'f', '(', '-name', '*.key', '-o', '-name', '*.conf', '-o', '-name', '*.pem', '-o', '-name', '*.db', ')', '-perm', '/077']);
    expect(open).toBe('');
  });

  test('each worker is itself to the API server, for a year, and asked nobody for that', async () => {
    const kubectl = new Kubectl(master);
    const certificates = await Promise.all(containers.slice(1).map(async (node) => {
      const data = /client-certificate-data: (\S+)/.exec(await inNode(node, ['cat', '/etc/kubernetes/kubelet.conf']))?.[1] ?? '';
      return new X509Certificate(Buffer.from(data, 'base64'));
    }));
    expect(certificates.map(({ subject }) => subject)).toEqual(containers.slice(1).map((node) => `O=system:nodes\nCN=system:node:${node}`));
    const ca = new X509Certificate(await inNode(master, ['cat', '/etc/kubernetes/pki/ca.crt']));
    for (const certificate of certificates) {
      expect(certificate.verify(ca.publicKey)).toBe(true);
      expect(certificate.ca).toBe(false);
      expect((Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000).toBe(365);
    }
    const requests = await kubectl.get<{ items: { spec: { username: string } }[] }>('certificatesigningrequests');
    expect(requests.items.filter(({ spec: { username } }) => username !== `system:node:${master}`)).toEqual([]);
  });

  test('each kubelet serves with an ECDSA key of its own, and with a new one when a part of it is lost', async () => {
    const pki = '/var/lib/kubelet/pki';
    const certificateOf = async (node: string): Promise<X509Certificate> => new X509Certificate(await inNode(node, ['cat', `${pki}/kubelet.crt`]));
    const certificates = await Promise.all([master, worker].map(certificateOf));
    expect(certificates.map(({ publicKey, subjectAltName }) => [publicKey.asymmetricKeyType, subjectAltName])).toEqual([['ec', `DNS:${master}`], ['ec', `DNS:${worker}`]]);
    expect(new Set(certificates.map(({ fingerprint256 }) => fingerprint256)).size).toBe(2);

    await inNode(worker, ['rm', `${pki}/kubelet.crt`]);
    await inNode(worker, ['systemctl', 'restart', 'kubelet.service']);
    const renewed = await certificateOf(worker);
    expect(renewed.checkPrivateKey(createPrivateKey(await inNode(worker, ['cat', `${pki}/kubelet.key`])))).toBe(true);
    const address = await addressOf(worker);
    await eventually(async () => { expect(await anonymously(address, 10250, '/pods')).toBe(401); });
  });
});
