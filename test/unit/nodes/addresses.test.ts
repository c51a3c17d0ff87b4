import { divideNetwork, nodeAddress, workersIn } from '../../../src/nodes/addresses.js';

test('nodes have the lower half of a network, everything else the upper', () => {
  expect(divideNetwork('172.18.0.0/16')).toEqual({ subnet: '172.18.0.0/16', gateway: '172.18.0.1', dynamicRange: '172.18.128.0/17' });
  expect(nodeAddress('172.18.0.0/16', 'control-plane', 0)).toBe('172.18.0.2');
  expect(nodeAddress('172.18.0.0/16', 'worker', 0)).toBe('172.18.0.3');
  expect(nodeAddress('172.18.0.0/16', 'worker', 300)).toBe('172.18.1.47');
});

test('a worker for which the lower half has no room gets no address', () => {
  expect(workersIn('10.0.0.0/28')).toBe(5);
  expect(nodeAddress('10.0.0.0/28', 'worker', 4)).toBe('10.0.0.7');
  expect(nodeAddress('10.0.0.0/28', 'worker', 5)).toBeUndefined();
});

test.each(['10.0.0.0/30', 'fd00::/64', 'nonsense'])('%s is not divided', (subnet) => {
  expect(workersIn(subnet)).toBe(0);
  expect(nodeAddress(subnet, 'control-plane', 0)).toBeUndefined();
  expect(() => divideNetwork(subnet)).toThrow(TypeError);
});
