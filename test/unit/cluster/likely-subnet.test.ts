import { likelySubnet } from '../../../src/cluster/likely-subnet.js';
import { facts, type Change } from '../host/fixture.js';

const inner = { pods: ['10.244.0.0/16'], services: ['10.96.0.0/12'] };
const pools = [{ base: '172.16.0.0/14', size: 16 }, { base: '192.168.0.0/16', size: 20 }];
const seen: Change = { engine: { addressPools: pools, subnets: ['172.16.0.0/16'] }, machine: { routes: ['172.16.0.0/16'], dockerRoutes: ['172.16.0.0/16'], nameservers: [] } };
const likely = (change: Change, ranges = inner): string | undefined => likelySubnet(facts({ engine: { ...seen.engine, ...change.engine }, machine: { ...seen.machine, ...change.machine } }), ranges);

test('the first of Docker\'s pools that nobody has', () => {
  expect(likely({})).toBe('172.17.0.0/16');
  expect(likely({ engine: { subnets: ['172.16.0.0/16', '172.17.64.0/24', 'fd00::/64'] } })).toBe('172.18.0.0/16');
});

test.each<[string, Change]>([
  ['the host has a route to', { machine: { routes: ['172.16.0.0/16', '172.17.3.0/24'] } }],
  ['a DNS server has an address of', { machine: { nameservers: ['172.17.0.10'] } }],
])('none that %s', (_what, change) => {
  expect(likely(change)).toBe('172.18.0.0/16');
});

test('none that pods or Services are going to have', () => {
  expect(likely({}, { pods: ['172.17.0.0/16'], services: ['172.18.0.0/20'] })).toBe('172.19.0.0/16');
});

test('Docker has to choose where its routes are not seen, or no pool is free', () => {
  // In a container with its socket, the way to Docker's network is an interface of the container's own.
  expect(likely({ machine: { dockerRoutes: [] } })).toBeUndefined();
  expect(likely({ engine: { securityOptions: ['name=seccomp,profile=default', 'name=rootless'] } })).toBeUndefined();
  expect(likely({ engine: { addressPools: [{ base: '172.16.0.0/16', size: 16 }] } })).toBeUndefined();
  expect(likelySubnet({ ...facts(seen), machine: undefined }, inner)).toBeUndefined();
});
