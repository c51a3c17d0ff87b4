import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import { execa } from 'execa';
import { CancelledError, KindboxError } from '../../src/errors/index.js';
import { LABELS, nodeLabels, ownedLabels } from '../../src/nodes/labels.js';
import { connectDocker, type DockerProvider } from '../../src/provider/docker/connect.js';
import type { NodeSpec, ObservedNetwork, ObservedNode } from '../../src/provider/types.js';

const BASE_IMAGE = 'debian:bookworm-slim';
const MEGABYTE = 1024 * 1024;

const cluster = `kbtest-${randomBytes(4).toString('hex')}`;
const run = randomBytes(4).toString('hex');
const image = `${cluster}/sleeper:v1`;
const never = new AbortController().signal;
const buildLabels = { 'dev.kindbox.build': cluster };

let docker: DockerProvider;
let network: ObservedNetwork;
let node: ObservedNode;
let nextIndex = 0;

beforeAll(async () => {
  await ensureBaseImage();
  docker = await connectDocker(process.env);
  const { containerId } = await docker.runToEnd(
    { image: BASE_IMAGE, argv: ['true'], environment: {}, labels: buildLabels, volumes: [], files: [], nodePrivileges: false, onLine: () => undefined },
    never,
  );
  await docker.commit(
    containerId,
    { reference: image, labels: buildLabels, entrypoint: ['sh', '-c'], command: ['printf "\\033[32mhello from init\\033[0m\\n"; trap "exit 0" TERM; sleep infinity & wait'], environment: {}, stopSignal: 'SIGTERM' },
    never,
  );
  await docker.removeContainer(containerId);
  network = await docker.createNetwork({ name: `${cluster}-net`, labels: ownedLabels(cluster, run) }, never);
  node = await docker.createNode(nodeSpec(), never);
});

afterAll(async () => {
  for (const left of await docker.listNodes({ cluster }, never)) await docker.removeNode(left.id);
  for (const left of await docker.listVolumes({ cluster }, never)) await docker.removeVolume(left.id);
  for (const left of await docker.listNetworks({ cluster }, never)) await docker.removeNetwork(left.id);
  for (const left of await docker.listImages(`${cluster}/*`, never)) await docker.removeImage(left.id);
  docker.close();
  const containers = await execa('docker', ['ps', '--all', '--quiet', '--filter', `label=dev.kindbox.build=${cluster}`]);
  expect(containers.stdout).toBe('');
});

describe('the host', () => {
  it('is described', async () => {
    const host = await docker.describeHost(never);
    expect(host).toMatchObject({ remote: false, address: '127.0.0.1' });
    expect(host.engine).toMatch(/^Docker \d+\./);
    expect(host.runtimes).toContain('runc');
    expect(host.defaultMtu).toBeGreaterThan(0);
    expect(host.memoryBytes).toBeGreaterThan(MEGABYTE);
  });

  it('is told apart when nothing listens', async () => {
    const nowhere = await connectDocker({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    await expect(nowhere.describeHost(never)).rejects.toMatchObject({ reason: 'host', message: expect.stringContaining('/nonexistent/docker.sock') });
    const refusing = await connectDocker({ DOCKER_HOST: 'tcp://127.0.0.1:1' });
    await expect(refusing.describeHost(never)).rejects.toMatchObject({ reason: 'host', message: expect.stringContaining('nothing answers') });
  });
});

describe('nodes', () => {
  it('come with addresses and identity, and are listed alike', async () => {
    const listed = await docker.listNodes({ cluster, run }, never);
    const found = listed.find(({ id }) => id === node.id);
    expect(found).toMatchObject({ name: node.name, cluster, run, role: 'worker', index: node.index, state: 'running', addresses: node.addresses, image });
    expect(node.addresses).toEqual([{ networkId: network.id, networkName: network.name, ipv4: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) }]);
    expect(Math.abs(node.createdAt - (found?.createdAt ?? 0))).toBeLessThan(1000);
  });

  it('publish ports that Docker chooses, on the address asked for', async () => {
    const made = await docker.createNode({ ...nodeSpec(), ports: [{ nodePort: 6443, hostPort: 0, hostAddress: '127.0.0.1' }] }, never);
    expect(made.ports).toEqual([{ nodePort: 6443, hostPort: expect.any(Number), hostAddress: '127.0.0.1' }]);
    expect(made.ports[0]?.hostPort).toBeGreaterThan(0);
    const listed = await docker.listNodes({ cluster }, never);
    expect(listed.find(({ id }) => id === made.id)?.ports).toEqual(made.ports);
    await docker.removeNode(made.id);
  });

  it('are never privileged, and have labelled volumes that go with them', async () => {
    const volumesBefore = (await docker.listVolumes({ cluster }, never)).length;
    const made = await docker.createNode({ ...nodeSpec(), runtime: 'runc' }, never);
    const { stdout } = await execa('docker', ['inspect', '--format', '{{.HostConfig.Privileged}} {{.HostConfig.Init}} {{.HostConfig.CgroupnsMode}} {{.HostConfig.CapAdd}}', made.id]);
    expect(stdout).toMatch(/^false false private /);
    expect(stdout).not.toMatch(/SYS_RESOURCE|SYS_MODULE/);
    const proc = await docker.exec(made.id, ['sh', '-c', 'touch /proc/sys/kernel/core_pattern && test -c /dev/kmsg && echo writable'], { signal: never });
    expect(proc.stdout).toBe('writable\n');
    const volumes = await docker.listVolumes({ cluster }, never);
    expect(volumes.length).toBe(volumesBefore + 3);
    await docker.removeNode(made.id);
    expect(await docker.listVolumes({ cluster }, never)).toHaveLength(volumesBefore);
  });

  it('are removed twice without complaint, and their name is free at once', async () => {
    const spec = nodeSpec();
    for (let round = 0; round < 3; round += 1) {
      const made = await docker.createNode(spec, never);
      await Promise.all([docker.removeNode(made.id), docker.removeNode(made.id)]);
    }
    await docker.removeNode('0123456789ab');
  });

  it('stop and start', async () => {
    const made = await docker.createNode(nodeSpec(), never);
    await docker.stopNode(made.id, never);
    await docker.stopNode(made.id, never);
    const stopped = (await docker.listNodes({ cluster }, never)).find(({ id }) => id === made.id);
    expect(stopped).toMatchObject({ state: 'stopped', exitCode: 0, addresses: [] });
    await expect(docker.exec(made.id, ['true'], { signal: never })).rejects.toMatchObject({ reason: 'cluster', message: `Node ${made.name} stopped` });
    await docker.startNode(made.id, never);
    await docker.startNode(made.id, never);
    expect((await docker.exec(made.id, ['true'], { signal: never })).exitCode).toBe(0);
    await docker.removeNode(made.id);
  });

  it('have a console that is readable, without colours', async () => {
    expect(await docker.nodeConsole(node.id, 10, never)).toBe('hello from init');
  });

  it('refuse a name of our own', async () => {
    const error = await failureOf(docker.createNode({ ...nodeSpec(), name: node.name }, never));
    expect(error).toMatchObject({ reason: 'conflict', because: expect.stringContaining(cluster) });
    expect(error.next[0]).toBe(`kindbox destroy ${cluster}`);
  });

  it('refuse a name of somebody else, whose container stays', async () => {
    const name = `${cluster}-foreign`;
    await execa('docker', ['run', '--detach', '--name', name, image]);
    try {
      const error = await failureOf(docker.createNode({ ...nodeSpec(), name }, never));
      expect(error).toMatchObject({ reason: 'conflict', because: expect.stringContaining('not made by kindbox') });
      const [found] = await docker.findForeignContainers([name, node.name, 'absent'], cluster, never);
      expect(found).toMatchObject({ name });
    } finally {
      await execa('docker', ['rm', '--force', name]);
    }
  });

  it('name the port that is taken, and leave nothing', async () => {
    const server = createServer().listen(0);
    const port = (server.address() as AddressInfo).port;
    const spec = { ...nodeSpec(), ports: [{ nodePort: 6443, hostPort: port }] };
    const error = await failureOf(docker.createNode(spec, never));
    server.close();
    expect(error).toMatchObject({ reason: 'conflict', message: expect.stringContaining(`port ${port} of the host is taken`) });
    const other = await docker.createNode(spec, never);
    const second = { ...nodeSpec(), ports: spec.ports };
    expect(await failureOf(docker.createNode(second, never))).toMatchObject({ reason: 'conflict', message: expect.stringContaining(String(port)) });
    expect((await docker.listNodes({ cluster }, never)).map(({ name }) => name)).not.toContain(second.name);
    await docker.removeNode(other.id);
  });

  it('tell of an unknown runtime, an absent image, and one that is no node image', async () => {
    expect(await failureOf(docker.createNode({ ...nodeSpec(), runtime: 'no-such-runtime' }, never))).toMatchObject({
      reason: 'host', message: expect.stringContaining('does not know the runtime no-such-runtime'),
    });
    expect(await failureOf(docker.createNode({ ...nodeSpec(), image: 'kbtest/absent:v1' }, never))).toMatchObject({
      reason: 'image', message: expect.stringContaining('kbtest/absent:v1'),
    });
  });

  it('are not created once the run is cancelled', async () => {
    await expect(docker.createNode(nodeSpec(), AbortSignal.abort(new CancelledError()))).rejects.toBeInstanceOf(CancelledError);
  });

  it('with malformed labels are skipped', async () => {
    const name = `${cluster}-odd`;
    await execa('docker', ['create', '--name', name, '--label', `${LABELS.cluster}=${cluster}`, '--label', `${LABELS.role}=king`, '--label', `${LABELS.index}=1e9`, image]);
    const nodes = await docker.listNodes({ cluster }, never);
    await execa('docker', ['rm', name]);
    expect(nodes.map((found) => found.name)).not.toContain(name);
  });
});

describe('commands in nodes', () => {
  const exec = (argv: string[], stdin?: string | Buffer) => docker.exec(node.id, argv, { signal: never, ...(stdin !== undefined && { stdin }) });

  it('return exit codes and both outputs', async () => {
    expect(await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
    expect((await exec(['/no/such/program'])).exitCode).toBeGreaterThanOrEqual(126);
    expect(await exec(['sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: 137 });
  });

  it('keep characters and lines whole', async () => {
    const lines: string[] = [];
    const script = 'for i in 1 2 3 4 5; do printf "\\303"; sleep 0.02; printf "\\244\\346\\227"; sleep 0.02; printf "\\245\\n"; done; printf "no newline"';
    const result = await docker.exec(node.id, ['sh', '-c', script], { signal: never, onLine: (line) => lines.push(line) });
    expect(lines).toEqual([...Array.from({ length: 5 }, () => 'ä日'), 'no newline']);
    expect(result.stdout).toBe(`${'ä日\n'.repeat(5)}no newline`);
  });

  it('take 5 MB of stdin and see its end', async () => {
    const bytes = randomBytes(5 * MEGABYTE);
    const { stdout } = await exec(['sh', '-c', 'cat > /tmp/in; wc -c < /tmp/in; sha256sum < /tmp/in'], bytes);
    const { createHash } = await import('node:crypto');
    expect(stdout).toContain(String(bytes.length));
    expect(stdout).toContain(createHash('sha256').update(bytes).digest('hex'));
    expect((await exec(['cat'], '')).stdout).toBe('');
  });

  it('may leave their stdin unread', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await exec(['sh', '-c', 'echo enough; exit 3'], randomBytes(5 * MEGABYTE))).toMatchObject({ exitCode: 3, stdout: 'enough\n' });
    }
  });

  it('hand over 20 MB of stdout', async () => {
    const { stdout, exitCode } = await exec(['sh', '-c', 'head -c 20971520 /dev/zero | tr "\\0" x; echo']);
    expect(exitCode).toBe(0);
    expect(stdout).toHaveLength(20 * MEGABYTE + 1);
  });

  it('run twenty at a time', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => exec(['sh', '-c', `sleep 0.5; echo ${i}`])));
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it('are left alone when the run is cancelled, or the time is over', async () => {
    const controller = new AbortController();
    const waiting = docker.exec(node.id, ['sleep', '60'], { signal: controller.signal });
    setTimeout(() => controller.abort(new CancelledError('terminated')), 200);
    await expect(waiting).rejects.toMatchObject({ reason: 'terminated' });
    await expect(docker.exec(node.id, ['sleep', '60'], { signal: never, timeoutMs: 200 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('fail when their node is killed meanwhile', async () => {
    const made = await docker.createNode(nodeSpec(), never);
    const running = failureOf(docker.exec(made.id, ['sleep', '60'], { signal: never }));
    await sleep(500);
    await execa('docker', ['kill', made.id]);
    expect(await running).toMatchObject({ reason: 'cluster', message: `Node ${made.name} stopped` });
    await docker.removeNode(made.id);
    expect(await failureOf(docker.exec(made.id, ['true'], { signal: never }))).toMatchObject({ reason: 'cluster' });
  });
});

describe('streams into nodes', () => {
  it('echo 10 MB unharmed, with a half-close', async () => {
    const bytes = randomBytes(10 * MEGABYTE);
    const stream = await docker.openStream(node.id, ['cat'], never);
    const received: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of stream) {
        received.push(chunk as Buffer);
        if (received.length % 50 === 0) await sleep(5);
      }
    })();
    stream.end(bytes);
    await reading;
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });

  it('fail with what the command complained of', async () => {
    const stream = await docker.openStream(node.id, ['sh', '-c', 'echo "connection refused" >&2; exit 1'], never);
    const error = await failureOf(text(stream));
    expect(error).toMatchObject({ reason: 'cluster', logTail: 'connection refused' });
  });

  it('are destroyed by the signal, and by their user', async () => {
    const controller = new AbortController();
    const stream = await docker.openStream(node.id, ['cat'], controller.signal);
    const reading = failureOf(text(stream));
    controller.abort(new CancelledError());
    expect(await reading).toBeInstanceOf(CancelledError);
    const other = await docker.openStream(node.id, ['cat'], never);
    other.destroy();
    await expect(text(other)).rejects.toThrow();
  });
});

describe('waiting for a node to stop', () => {
  it('resolves with the exit code, and at once when it stopped long ago', async () => {
    const made = await docker.createNode(nodeSpec(), never);
    let ended = false;
    const waiting = docker.waitForExit(made.id, never).finally(() => (ended = true));
    await sleep(300);
    expect(ended).toBe(false);
    await execa('docker', ['kill', made.id]);
    expect(await waiting).toEqual({ exitCode: 137, outOfMemory: false });
    expect(await docker.waitForExit(made.id, never)).toEqual({ exitCode: 137, outOfMemory: false });
    await docker.removeNode(made.id);
    expect(await docker.waitForExit(made.id, never)).toMatchObject({ exitCode: 137 });
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const waiting = docker.waitForExit(node.id, controller.signal);
    setTimeout(() => controller.abort(new CancelledError()), 100);
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  });
});

describe('networks', () => {
  it('copy an MTU and a subnet, are found by their exact name, and removed twice', async () => {
    const name = `${cluster}-extra`;
    const made = await docker.createNetwork({ name, labels: ownedLabels(cluster, run), subnet: '10.213.7.0/24', mtu: 1400 }, never);
    expect(made).toMatchObject({ name, subnets: ['10.213.7.0/24'] });
    expect(await docker.findNetworks(name, never)).toEqual([made]);
    expect(await docker.findNetworks(name.slice(0, -1), never)).toEqual([]);
    const { stdout } = await execa('docker', ['network', 'inspect', '--format', '{{json .Options}}', made.id]);
    expect(JSON.parse(stdout)).toMatchObject({ 'com.docker.network.driver.mtu': '1400' });
    expect(await failureOf(docker.createNetwork({ name, labels: {} }, never))).toMatchObject({ reason: 'conflict' });
    expect(await failureOf(docker.createNetwork({ name: `${name}2`, labels: {}, subnet: '10.213.7.0/25' }, never))).toMatchObject({
      reason: 'conflict', message: expect.stringContaining('overlaps'),
    });
    expect(await docker.removeNetwork(made.id)).toBe('removed');
    expect(await docker.removeNetwork(made.id)).toBe('absent');
  });

  it('are kept while something is attached', async () => {
    expect(await docker.removeNetwork(network.id)).toBe('in-use');
    const [bridge] = await docker.findNetworks('bridge', never);
    expect(await failureOf(docker.removeNetwork(bridge?.id ?? ''))).toMatchObject({ reason: 'conflict' });
  });
});

describe('images', () => {
  it('are found, listed by repository, or absent', async () => {
    const found = await docker.findImage(image, never);
    expect(found).toMatchObject({ references: [image], labels: buildLabels, architecture: expect.stringMatching(/^(amd64|arm64)$/) });
    expect(await docker.listImages(`${cluster}/sleeper`, never)).toEqual([found]);
    expect(await docker.findImage(`${cluster}/absent:v1`, never)).toBeUndefined();
    expect(await failureOf(docker.findImage('no image?x=1', never))).toMatchObject({ reason: 'usage' });
  });

  it('that no registry has are refused in a moment', async () => {
    const error = await failureOf(docker.pullImage('127.0.0.1:1/kbtest/absent:v1', () => undefined, never));
    expect(error).toMatchObject({ reason: 'image', message: expect.stringContaining('cannot be reached') });
  });

  it('are built from a Dockerfile, whose failures come with their output', async () => {
    const reference = `${cluster}/built:v1`;
    const lines: string[] = [];
    const spec = { reference, buildArgs: { WORD: 'grün' }, labels: buildLabels, onLine: (line: string) => lines.push(line) };
    const good = `FROM ${BASE_IMAGE}\nARG WORD\nRUN echo "said $WORD"\n`;
    const built = await docker.buildImage({ ...spec, context: tar({ Dockerfile: good }) }, never);
    expect(built).toMatchObject({ references: [reference], labels: buildLabels });
    expect(lines).toContain('said grün');
    const error = await failureOf(docker.buildImage({ ...spec, context: tar({ Dockerfile: `FROM ${BASE_IMAGE}\nRUN echo alas; exit 3\n` }) }, never));
    expect(error).toMatchObject({ reason: 'image', logTail: expect.stringContaining('alas'), because: expect.stringContaining('non-zero code: 3') });
  });

  it('stop being built when the run is cancelled', async () => {
    const controller = new AbortController();
    const spec = { reference: `${cluster}/never:v1`, buildArgs: {}, labels: buildLabels, onLine: () => controller.abort(new CancelledError()) };
    const building = docker.buildImage({ ...spec, context: tar({ Dockerfile: `FROM ${BASE_IMAGE}\nRUN sleep 60\n` }) }, controller.signal);
    await expect(building).rejects.toBeInstanceOf(CancelledError);
  });

  it('are imported, tagged and removed', async () => {
    const made = await docker.importImage(`${cluster}/imported:v1`, tar({ hello: 'world' }), never);
    expect(made.references).toEqual([`${cluster}/imported:v1`]);
    await docker.tagImage(made.id, `${cluster}/imported:v2`, never);
    expect(await docker.listImages(`${cluster}/imported`, never)).toHaveLength(1);
    await docker.removeImage(made.id);
    await docker.removeImage(made.id);
    expect(await docker.findImage(`${cluster}/imported:v2`, never)).toBeUndefined();
  });

  it('are committed without what the container ran with', async () => {
    const volume = `${cluster}-cache`;
    await docker.ensureVolume(volume, buildLabels, never);
    await docker.ensureVolume(volume, buildLabels, never);
    const lines: string[] = [];
    const { containerId, exitCode } = await docker.runToEnd(
      {
        image: BASE_IMAGE, argv: ['sh', '-c', 'cat /opt/note; echo "proxy $HTTPS_PROXY" >&2; touch /cache/x; exit 4'], environment: { HTTPS_PROXY: 'http://user:secret@proxy' },
        labels: buildLabels, volumes: [{ name: volume, path: '/cache' }], files: [{ path: '/opt', tar: tar({ note: 'from a file\n' }) }], nodePrivileges: true, onLine: (line) => lines.push(line),
      },
      never,
    );
    expect(exitCode).toBe(4);
    expect(lines.sort()).toEqual(['from a file', 'proxy http://user:secret@proxy']);
    const spec = { reference: `${cluster}/committed:v1`, labels: { kind: 'node' }, entrypoint: ['/sbin/init'], command: [], environment: { A: 'b c' }, stopSignal: 'SIGRTMIN+3' };
    const made = await docker.commit(containerId, spec, never);
    await docker.removeContainer(containerId);
    await docker.removeContainer(containerId);
    await docker.removeVolume(volume);
    await docker.removeVolume(volume);
    const { stdout } = await execa('docker', ['image', 'inspect', '--format', '{{json .Config}}', made.id]);
    expect(stdout).not.toContain('secret');
    expect(JSON.parse(stdout)).toMatchObject({ Entrypoint: ['/sbin/init'], StopSignal: 'SIGRTMIN+3', Labels: { kind: 'node' }, Env: expect.arrayContaining(['A=b c']) });
    expect(JSON.parse(stdout).Cmd ?? []).toEqual([]);
  });

  it('leave no container when a run of theirs is cancelled', async () => {
    const controller = new AbortController();
    const running = docker.runToEnd(
      { image, argv: ['sh', '-c', 'echo up; sleep 60'], environment: {}, labels: buildLabels, volumes: [], files: [], nodePrivileges: false, onLine: () => controller.abort(new CancelledError()) },
      controller.signal,
    );
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    const { stdout } = await execa('docker', ['ps', '--all', '--quiet', '--filter', `label=dev.kindbox.build=${cluster}`]);
    expect(stdout).toBe('');
  });
});

function nodeSpec(): NodeSpec {
  const index = nextIndex++;
  return { name: `${cluster}-worker-${index}`, image, runtime: 'runc', network: network.id, labels: nodeLabels(cluster, run, 'worker', index), ports: [] };
}

async function failureOf(promise: Promise<unknown>): Promise<KindboxError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(KindboxError);
  return error as KindboxError;
}

function tar(files: Record<string, string>) {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return archive as unknown as import('node:stream').Readable;
}

/** No registry is reachable from a test machine: the base image is made of Debian's packages. */
async function ensureBaseImage(): Promise<void> {
  const present = await execa('docker', ['image', 'inspect', BASE_IMAGE], { reject: false });
  if (present.exitCode === 0) return;
  await execa('mmdebstrap', ['--variant=minbase', 'bookworm', '-'], { stdout: ['pipe'], buffer: false, encoding: 'buffer' }).pipe('docker', ['import', '-', BASE_IMAGE]);
}
