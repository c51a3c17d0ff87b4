import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { divideNetwork } from '../../../src/nodes/addresses.js';
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

  it('of both families are divided, reach the outside, and are seen with all others', async () => {
    const made = await docker.createNetwork({ name: `${cluster}-both`, labels: ownedLabels(cluster, run), dividing: true, ipv6Subnet: 'fd5e:213:7::/64' }, never);
    const [ipv4 = '', ipv6] = made.subnets;
    expect(ipv6).toBe('fd5e:213:7::/64');
    expect(made.dynamicRanges).toEqual([divideNetwork(ipv4).dynamicRange]);
    const { stdout } = await execa('docker', ['network', 'inspect', '--format', '{{.Internal}}', made.id]);
    expect(stdout).toBe('false');
    const all = await docker.allNetworks(never);
    expect(all).toContainEqual(made);
    expect(all.map(({ name }) => name)).toContain('bridge');
    expect(await docker.removeNetwork(made.id)).toBe('removed');
  });

  it('give the addresses that are asked for, if nobody has them and one can ask', async () => {
    const made = await docker.createNetwork({ name: `${cluster}-asked`, labels: ownedLabels(cluster, run), subnet: '10.213.8.0/24', ipv6Subnet: 'fd5e:213:8::/64' }, never);
    const wish = { ipv4: '10.213.8.200', ipv6: 'fd5e:213:8::200' };
    const node = await docker.createNode({ ...fixture.nodeSpec(), network: made.id, ...wish }, never);
    expect(node.addresses).toEqual([expect.objectContaining(wish)]);
    const late = await docker.createNode({ ...fixture.nodeSpec(), network: made.id, ...wish }, never);
    expect(late.addresses[0]?.ipv4).toMatch(/^10\.213\.8\.(?!200$)\d+$/);
    const elsewhere = await docker.createNode({ ...fixture.nodeSpec(), ipv4: '10.99.99.99' }, never);
    expect(elsewhere.addresses[0]?.ipv4).toMatch(/^(?!10\.99\.)[\d.]+$/);

    await docker.stopNode(node.id, never);
    const used = await docker.usedAddresses(made.id, never);
    expect(used).toEqual(expect.arrayContaining([wish.ipv4, wish.ipv6, late.addresses[0]?.ipv4]));
    expect(used).not.toContain(elsewhere.addresses[0]?.ipv4);
    for (const { id } of [node, late, elsewhere]) await docker.removeNode(id);
    expect(await docker.removeNetwork(made.id)).toBe('removed');
  });

  it('are kept while something is attached', async () => {
    expect(await docker.removeNetwork(network.id)).toBe('in-use');
    const [bridge] = await docker.findNetworks('bridge', never);
    expect(await failureOf(docker.removeNetwork(bridge?.id ?? ''))).toMatchObject({ reason: 'conflict' });
  });
});
