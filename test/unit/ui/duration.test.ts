import { formatDuration, parseDuration } from '../../../src/ui/command/duration.js';

test.each([
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['300', 300_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['0', 0],
])('%s', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', '5x', '-5s', '5m foo', 'm', '1 h', '1e3'])('"%s" is not a duration', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ reason: 'usage' }));
});

test.each([
  [0, '0.0s'],
  [840, '0.8s'],
  [9_990, '9.9s'],
  [12_600, '12s'],
  [125_000, '2m05s'],
])('%d ms', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
