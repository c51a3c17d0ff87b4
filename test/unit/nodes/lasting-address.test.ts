import { overlaps, parseCidr } from '../../../src/nodes/cidr.js';
import { lastingAddress } from '../../../src/nodes/lasting-address.js';

const RESERVED = parseCidr('198.18.0.0/15');

test.each(Array.from({ length: 20 }, (_, index) => `run${index}`))('the address of %s is one that is in use by nobody', (run) => {
  const address = parseCidr(`${lastingAddress(run, new Set())}/32`);
  expect(address !== undefined && RESERVED !== undefined && overlaps(address, RESERVED)).toBe(true);
});

test('it depends on the run, and is not another cluster\'s', () => {
  const first = lastingAddress('run1', new Set());
  expect(lastingAddress('run1', new Set())).toBe(first);
  expect(lastingAddress('run2', new Set())).not.toBe(first);
  const second = lastingAddress('run1', new Set([first]));
  expect([first, lastingAddress('run1', new Set([first, second]))]).not.toContain(second);
});
