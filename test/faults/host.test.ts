import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { spawn } from 'node:child_process';
import { tarOf } from '../../src/images/build/source-tree.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import type { KindboxRun } from '../support/kindbox.js';
import { everythingInDocker, type Leftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { SecondDockerd } from '../support/second-dockerd.js';
import { failureOf, type Failure } from './support/failure.js';
import { recorded } from './support/record.js';

/** No cluster comes of any of these: an image that only says that it is a node image is enough, and quickly there. */
const LABEL = 'dev.kindbox.image.kubernetes-version';
const VERSION = 'v1.36.3';
const FOREIGN_ARCHITECTURE = process.arch === 'x64' ? 'arm64' : 'amd64';
const NODE = 'test/pretended-node:v1';
const name = `${filePrefix}-h`;
const home = useKindbox(name);

let folder: string;
let dockerd: SecondDockerd;
let others: Leftovers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindbox-faults-'));
  const deadRuntime = join(folder, 'sysbox-runc');
  await writeFile(deadRuntime, DEAD_SYSBOX);
  await chmod(deadRuntime, 0o755);
  const probe = await ensureProbeImage();
  dockerd = await SecondDockerd.start({ configuration: {
    runtimes: { 'sysbox-runc': { path: deadRuntime } },
    // One of them is that of Docker's own bridge.
    'default-address-pools': [{ base: '10.231.0.0/22', size: 24 }],
  } });
  await dockerd.copyImages(probe);
  process.env['DOCKER_HOST'] = dockerd.address;
  await imageOf(probe, NODE, 'ENTRYPOINT ["/probe", "serve", ":8080"]');
  await imageOf(probe, 'test/ends-at-once:v1', 'ENTRYPOINT ["/probe", "no-such-command"]');
  await imageOf(probe, 'test/no-init:v1', 'ENTRYPOINT ["/sbin/no-such-init"]');
  await docker(['load'], { stdin: 'pipe', input: await foreignImage('test/foreign:v1') });
});
afterAll(async () => {
  delete process.env['DOCKER_HOST'];
  await dockerd.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => { others = await everythingInDocker(); });

test.each([
  ['image ends at once', ['--image=test/ends-at-once:v1'], 7, /stopped \(exit code 1\)/, /probe serve ADDRESS/],
  ['image has no init', ['--image=test/no-init:v1'], 4, /has no \/sbin\/no-such-init to run/, undefined],
  ['image boots no node', [`--image=${NODE}`], 4, /is not a node image/, undefined],
  ['image of another architecture', ['--image=test/foreign:v1'], 4, new RegExp(`is for ${FOREIGN_ARCHITECTURE}`), undefined],
  ['Sysbox registered, but dead', [`--image=${NODE}`, '--runtime=sysbox-runc'], 3, /sysbox-mgr and sysbox-fs do not answer/, undefined],
] as const)('%s', async (fault, argv, exitCode, message, tail) => {
  await recorded({ verb: 'create', stage: '-', fault }, async () => {
    const run = await create(argv);
    const failure = await expectRefusal(run, exitCode);
    expect(failure.message).toMatch(message);
    if (tail !== undefined) expect(failure.logTail).toMatch(tail);
    return run;
  });
});

test('a port that another process listens on: it is named', async () => {
  await recorded({ verb: 'create', stage: 'create-node', fault: 'port taken' }, async () => {
    const holder = await listenInDaemonsNetwork(16443);
    try {
      const run = await create([`--image=${NODE}`, '--publish=16443']);
      expect((await expectRefusal(run, 5)).message).toContain('port 16443');
      return run;
    } finally {
      holder.kill();
      await once(holder, 'exit');
    }
  });
});

test('no address range left: it says how to get one', async () => {
  await recorded({ verb: 'create', stage: 'create-network', fault: 'address pools exhausted' }, async () => {
    const networks: string[] = [];
    for (const index of [0, 1, 2]) networks.push(await docker(['network', 'create', `${name}-pool-${index}`]));
    others = await everythingInDocker();
    const run = await create([`--image=${NODE}`]);
    const failure = await expectRefusal(run, 3);
    expect(failure.because).toContain('no address range left');
    expect(failure.next).toContain('docker network prune');
    await docker(['network', 'rm', ...networks]);
    others = { ...others, networks: others.networks.filter((id) => !networks.includes(id)) };
    return run;
  });
});

test('two networks of one name: neither is taken for the one that was meant', async () => {
  await recorded({ verb: 'create', stage: '-', fault: 'duplicate networks' }, async () => {
    const twin = `${name}-twin`;
    const twins = [await makeNetwork(twin), await makeNetwork(twin)];
    others = await everythingInDocker();
    const run = await create([`--image=${NODE}`, `--net=${twin}`]);
    const failure = await expectRefusal(run, 5);
    expect(failure.message).toContain(twin);
    for (const id of twins) expect(`${failure.because} ${failure.next.join(' ')}`).toContain(id.slice(0, 12));
    await docker(['network', 'rm', ...twins]);
    return run;
  });
});

function create(argv: readonly string[]): Promise<KindboxRun> {
  return home.kindbox.run(['create', '--json', '--num-workers=1', '--wait=30s', ...(argv.some((word) => word.startsWith('--runtime')) ? [] : ['--runtime=runc']), ...argv, name]);
}

/** What failed says so, and nothing has come, gone or been left. */
async function expectRefusal(run: KindboxRun, exitCode: number): Promise<Failure> {
  const failure = failureOf(run);
  expect([run.exitCode, failure]).toEqual([exitCode, failure]);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(await everythingInDocker()).toEqual(others);
  expect((await home.kindbox.files()).filter((path) => !path.includes('kindbox-logs-'))).toEqual([]);
  return failure;
}

async function imageOf(base: string, tag: string, entrypoint: string): Promise<void> {
  const container = await docker(['create', base]);
  await docker(['commit', `--change=LABEL ${LABEL}=${VERSION}`, `--change=${entrypoint}`, container, tag]);
  await docker(['rm', container]);
}

/** An archive of an image with nothing in it, as docker save makes them. */
async function foreignImage(tag: string): Promise<Readable> {
  const layer = Buffer.alloc(1024);
  const config = {
    architecture: FOREIGN_ARCHITECTURE, os: 'linux', config: { Labels: { [LABEL]: VERSION } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }];
  const files = { 'layer.tar': layer, 'config.json': Buffer.from(JSON.stringify(config)), 'manifest.json': Buffer.from(JSON.stringify(manifest)) };
  return tarOf(Object.entries(files).map(([path, content]) => ({ path, content, kind: 'file', executable: false })));
}

async function listenInDaemonsNetwork(port: number): Promise<ReturnType<typeof spawn>> {
  const holder = spawn('nsenter', [`--net=${dockerd.networkNamespace}`, '--', process.execPath, '--eval', `require('node:net').createServer().listen(${port}, '127.0.0.1')`], { stdio: 'ignore' });
  await eventually(() => dockerd.run(process.execPath, ['--eval', `require('node:net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(0))`]), 20_000);
  return holder;
}

/** As old clients did: without asking whether the name is free, which only daemons before 25 obey. */
async function makeNetwork(networkName: string): Promise<string> {
  const body = JSON.stringify({ Name: networkName, CheckDuplicate: false });
  const request = http.request({ socketPath: dockerd.address.replace('unix://', ''), method: 'POST', path: '/networks/create', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } });
  request.end(body);
  const [response] = await once(request, 'response') as [http.IncomingMessage];
  const chunks = await response.toArray() as Buffer[];
  return (JSON.parse(Buffer.concat(chunks).toString()) as { Id: string }).Id;
}

/** What sysbox-runc says when its daemons are stopped. */
const DEAD_SYSBOX = `#!/bin/sh
case "$*" in *--version*) echo 'sysbox-runc'; echo '  version: 0.7.0'; exit 0;; esac
echo 'failed to register with sysbox-mgr: failed to invoke Register via grpc: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing dial unix /run/sysbox/sysmgr.sock: connect: connection refused"' >&2
exit 1
`;
