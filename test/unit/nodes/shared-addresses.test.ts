import { parseCidr } from '../../../src/nodes/cidr.js';
import { colons, parseCidr6 } from '../../../src/nodes/cidr6.js';
import { firstFree, isIpv6Range, rangesOverlap } from '../../../src/nodes/ranges.js';
import { companionAddress, sharedAddress, sharedAddresses, type SharedNetwork } from '../../../src/nodes/shared-addresses.js';

const network = (subnets: readonly string[], dynamicRanges: readonly string[] = [], used: readonly string[] = []): SharedNetwork => ({ subnets, dynamicRanges, used: new Set(used) });
const within = (address: string | undefined, range: string): boolean => rangesOverlap(`${address}/32`, range);

test('nodes on a network of others have the upper half, which Docker comes to last', () => {
  const addresses = sharedAddresses(network(['172.30.0.0/24']), 'demo', [0, 1, 2]);
  expect(addresses.filter((address) => within(address, '172.30.0.128/25'))).toHaveLength(3);
  expect(new Set(addresses).size).toBe(3);
  expect(addresses).not.toContain('172.30.0.255');
});

test('a cluster finds the same addresses again, another cluster others', () => {
  const range = network(['172.30.0.0/16']);
  const first = sharedAddresses(range, 'demo', [0, 1, 2]);
  expect(sharedAddresses(range, 'demo', [0, 1, 2])).toEqual(first);
  const second = sharedAddresses({ ...range, used: new Set(first.map(String)) }, 'other', [0, 1, 2]);
  expect(second.filter((address) => first.includes(address))).toEqual([]);
});

test('what is outside of the range of Docker is preferred, whichever side is larger', () => {
  expect(within(sharedAddress(network(['10.1.0.0/24'], ['10.1.0.128/25']), 'demo', 0), '10.1.0.0/25')).toBe(true);
  expect(within(sharedAddress(network(['10.1.0.0/24'], ['10.1.0.0/26']), 'demo', 0), '10.1.0.128/25')).toBe(true);
});

test('addresses that somebody has are left out, and a full network gives none', () => {
  const all = Array.from({ length: 16 }, (_, index) => `10.1.0.${16 + index}`);
  const free = '10.1.0.21';
  expect(sharedAddress(network(['10.1.0.0/27'], [], all.filter((address) => address !== free)), 'demo', 3)).toBe(free);
  expect(sharedAddress(network(['10.1.0.0/27'], [], all), 'demo', 3)).toBeUndefined();
});

test.each([[['10.1.0.0/30']], [['fd00::/64']], [[]]])('no address can be chosen of %j', (subnets) => {
  expect(sharedAddress(network(subnets), 'demo', 0)).toBeUndefined();
});

test('an IPv6 address has the number of the IPv4 address, where the subnet has room for it', () => {
  expect(companionAddress(['172.30.0.0/24', 'fd00:1:2::/64'], '172.30.0.130')).toBe('fd00:1:2::ac1e:82');
  expect(companionAddress(['172.30.0.0/24', 'fd00:1:2::/112'], '172.30.0.130')).toBeUndefined();
  expect(companionAddress(['172.30.0.0/24'], '172.30.0.130')).toBeUndefined();
  expect(companionAddress(['fd00:1:2::/64'], undefined)).toBeUndefined();
});

test.each([
  ['10.0.0.0/8', '10.4.0.0/16', true], ['10.0.0.0/16', '10.1.0.0/16', false], ['fd00::/16', 'fd00:1::/64', true], ['fd00:1::/64', 'fd00:2::/64', false],
  ['10.0.0.0/8', 'fd00::/8', false], ['::ffff:10.0.0.0/104', '10.0.0.0/8', false], ['nonsense', '10.0.0.0/8', false],
])('whether %s and %s overlap: %s', (one, other, expected) => {
  expect(rangesOverlap(one, other)).toBe(expected);
  expect(rangesOverlap(other, one)).toBe(expected);
});

test('the first range that is free is found, or none', () => {
  expect(firstFree(['10.0.0.0/16', '10.1.0.0/16'], ['10.0.4.0/24'])).toBe('10.1.0.0/16');
  expect(firstFree(['10.0.0.0/16'], ['10.0.0.0/8'])).toBeUndefined();
});

test.each(['fd00::/129', 'fd00::1', '10.0.0.0/8', 'fd00:::/64', 'fg00::/64'])('%s is no range of IPv6', (text) => {
  expect(isIpv6Range(text)).toBe(false);
});

test('a range of IPv6 knows its ends', () => {
  const range = parseCidr6('fd00:0:0:1::5/64');
  expect([range?.first, range?.address, range?.last].map((address) => colons(address ?? 0n))).toEqual(['fd00:0:0:1::', 'fd00:0:0:1::5', 'fd00::1:ffff:ffff:ffff:ffff']);
  expect(parseCidr('fd00::/64')).toBeUndefined();
});
