import type { MachineCounts } from '../../bench/machine-counts.js';
import { growth, type Round } from '../../bench/soak.js';

const settled: MachineCounts = { containers: 0, networks: 0, volumes: 0, mounts: 40, interfaces: 3, networkNamespaces: 1, daemonFiles: 80, daemonThreads: 60, daemonMemory: 200e6 };
const rounds = (counts: (round: number) => Partial<MachineCounts>): Round[] =>
  Array.from({ length: 11 }, (_, round) => ({ seconds: 20, counts: { ...settled, ...counts(round) } }));

test('a daemon that settles and then goes up and down has not grown', () => {
  expect(growth(rounds((round) => ({ daemonMemory: round < 3 ? round * 60e6 : 200e6 + (round % 2) * 90e6, daemonFiles: 80 + (round % 3) })))).toEqual([]);
});

test('a mount, and five files of the daemon, that each round leaves are told', () => {
  expect(growth(rounds((round) => ({ mounts: 40 + round, daemonFiles: 80 + 5 * round })))).toEqual([
    'mounts: 43 in the first rounds, 47 in the last', 'daemonFiles: 95 in the first rounds, 115 in the last',
  ]);
});

test('too few rounds tell nothing', () => {
  expect(() => growth(rounds(() => ({})).slice(0, 4))).toThrow('5 rounds or more');
});
