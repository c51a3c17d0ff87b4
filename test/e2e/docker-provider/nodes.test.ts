import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { createServer, type AddressInfo } from 'node:net';
import { CancelledError } from '../../../src/errors/index.js';
import { LABELS } from '../../../src/nodes/labels.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import { failureOf, never, makeFixture, type Fixture } from './fixture.js';

jest.setTimeout(120_000);

let fixture: Fixture;
let docker: Fixture['docker'];
let cluster: Fixture['cluster'];
let run: Fixture['run'];
let image: Fixture['image'];
let network: Fixture['network'];
let node: ObservedNode;

beforeAll(async () => {
  fixture = await makeFixture();
  ({ docker, cluster, run, image, network } = fixture);
  node = await docker.createNode(fixture.nodeSpec(), never);
});

afterAll(async () => {
  await fixture.dispose();
  expect(await fixture.buildContainers()).toBe('');
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
    const made = await docker.createNode({ ...fixture.nodeSpec(), ports: [{ nodePort: 6443, hostPort: 0, hostAddress: '127.0.0.1' }] }, never);
    expect(made.ports).toEqual([{ nodePort: 6443, hostPort: expect.any(Number), hostAddress: '127.0.0.1' }]);
    expect(made.ports[0]?.hostPort).toBeGreaterThan(0);
    const listed = await docker.listNodes({ cluster }, never);
    expect(listed.find(({ id }) => id === made.id)?.ports).toEqual(made.ports);
    await docker.removeNode(made.id);
  });

  it('are never privileged, and have labelled volumes that go with them', async () => {
    const volumesBefore = (await docker.listVolumes({ cluster }, never)).length;
    const made = await docker.createNode({ ...fixture.nodeSpec(), runtime: 'runc' }, never);
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
    const spec = fixture.nodeSpec();
    for (let round = 0; round < 3; round += 1) {
      const made = await docker.createNode(spec, never);
      await Promise.all([docker.removeNode(made.id), docker.removeNode(made.id)]);
    }
    await docker.removeNode('0123456789ab');
  });

  it('stop and start', async () => {
    const made = await docker.createNode(fixture.nodeSpec(), never);
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
    const error = await failureOf(docker.createNode({ ...fixture.nodeSpec(), name: node.name }, never));
    expect(error).toMatchObject({ reason: 'conflict', because: expect.stringContaining(cluster) });
    expect(error.next[0]).toBe(`kindbox destroy ${cluster}`);
  });

  it('refuse a name of somebody else, whose container stays', async () => {
    const name = `${cluster}-foreign`;
    await execa('docker', ['run', '--detach', '--name', name, image]);
    try {
      const error = await failureOf(docker.createNode({ ...fixture.nodeSpec(), name }, never));
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
    const spec = { ...fixture.nodeSpec(), ports: [{ nodePort: 6443, hostPort: port }] };
    const error = await failureOf(docker.createNode(spec, never));
    server.close();
    expect(error).toMatchObject({ reason: 'conflict', message: expect.stringContaining(`port ${port} of the host is taken`) });
    const other = await docker.createNode(spec, never);
    const second = { ...fixture.nodeSpec(), ports: spec.ports };
    expect(await failureOf(docker.createNode(second, never))).toMatchObject({ reason: 'conflict', message: expect.stringContaining(String(port)) });
    expect((await docker.listNodes({ cluster }, never)).map(({ name }) => name)).not.toContain(second.name);
    await docker.removeNode(other.id);
  });

  it('tell of an unknown runtime, an absent image, and one that is no node image', async () => {
    expect(await failureOf(docker.createNode({ ...fixture.nodeSpec(), runtime: 'no-such-runtime' }, never))).toMatchObject({
      reason: 'host', message: expect.stringContaining('does not know the runtime no-such-runtime'),
    });
    expect(await failureOf(docker.createNode({ ...fixture.nodeSpec(), image: 'kbtest/absent:v1' }, never))).toMatchObject({
      reason: 'image', message: expect.stringContaining('kbtest/absent:v1'),
    });
  });

  it('are not created once the run is cancelled', async () => {
    await expect(docker.createNode(fixture.nodeSpec(), AbortSignal.abort(new CancelledError()))).rejects.toBeInstanceOf(CancelledError);
  });

  it('with malformed labels are skipped', async () => {
    const name = `${cluster}-odd`;
    await execa('docker', ['create', '--name', name, '--label', `${LABELS.cluster}=${cluster}`, '--label', `${LABELS.role}=king`, '--label', `${LABELS.index}=1e9`, image]);
    const nodes = await docker.listNodes({ cluster }, never);
    await execa('docker', ['rm', name]);
    expect(nodes.map((found) => found.name)).not.toContain(name);
  });
});
