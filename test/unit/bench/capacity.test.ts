import { estimate, hasRoom } from '../../bench/capacity.js';

const GB = 1e9;
const step = (nodes: number, available: number, nodeMemory: number): { nodes: number; seconds: number; available: number; nodeMemory: number } => ({ nodes, seconds: 5, available, nodeMemory });

test('a further worker costs what the machine lost since the first step, and as many fit as leave 15 % free', () => {
  const { aWorker, nodesThatFit } = estimate({ total: 24 * GB, availableBefore: 21 * GB, steps: [step(2, 20 * GB, 1 * GB), step(12, 18.5 * GB, 2 * GB), step(22, 17 * GB, 3 * GB)] });
  expect(aWorker).toEqual({ ofMachine: 0.15 * GB, ofItsGroup: 0.1 * GB });
  // 13.4 GB are left above the reserve of 3.6.
  expect(nodesThatFit).toBe(22 + 89);
  expect([hasRoom(3.7 * GB, 24 * GB), hasRoom(3.5 * GB, 24 * GB)]).toEqual([true, false]);
});

test('one size tells nothing of a further worker', () => {
  expect(() => estimate({ total: GB, availableBefore: GB, steps: [step(2, GB, GB)] })).toThrow('two sizes');
});
