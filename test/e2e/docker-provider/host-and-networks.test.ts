import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { ownedLabels } from '../../../src/nodes/labels.js';
import { connectDocker } from '../../../src/provider/docker/connect.js';
import { failureOf, MEGABYTE, never, makeFixture, type Fixture } from './fixture.js';

jest.setTimeout(120_000);

let fixture: Fixture;
let docker: Fixture['docker'];
let cluster: Fixture['cluster'];
let run: Fixture['run'];
let network: Fixture['network'];

beforeAll(async () => {
  fixture = await makeFixture();
  ({ docker, cluster, run, network } = fixture);
  await docker.createNode(fixture.nodeSpec(), never);
});

afterAll(async () => {
  await fixture.dispose();
  expect(await fixture.buildContainers()).toBe('');
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
