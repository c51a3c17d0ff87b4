import { CREATE_DEFAULTS } from '../../../src/cluster/defaults.js';
import { bootSeconds } from '../../../src/cluster/handlers/nodes.js';
import { patience } from '../../../src/cluster/patience.js';

test('a node may take longer to boot where longer waits were asked for, and never has less than two minutes', () => {
  expect(bootSeconds(CREATE_DEFAULTS.waitMs)).toBe(120);
  expect(bootSeconds(4 * CREATE_DEFAULTS.waitMs)).toBe(480);
  expect(bootSeconds(1000)).toBe(120);
});

test('short waits make nothing else shorter', () => {
  expect(patience(0)).toBe(1);
  expect(patience(CREATE_DEFAULTS.waitMs * 1.5)).toBe(1.5);
});
