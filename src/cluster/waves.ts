import { operationId as id } from '../plan/operation.js';
import type { ClusterOperation } from './operations.js';

/** On four processors thirty nodes at once take 5 % more time and 6 % more of the processors than ten at a time; with six at a time it is no less. */
const AT_LEAST = 10;
const A_PROCESSOR = 2.5;

/**
 * Has a worker boot, and join, only when one that comes some places before it has done so. More at once make none of them
 * earlier: a kubelet asks its runtime ten times a second until its node is Ready, so who waits takes time from who works.
 * @param workers in the order in which they come. @param cpus of the host; 0 where nobody knows
 */
export function inWaves(operations: readonly ClusterOperation[], workers: readonly string[], cpus = 0): ClusterOperation[] {
  const atOnce = Math.max(AT_LEAST, Math.ceil(cpus * A_PROCESSOR));
  const earlier = new Map(workers.slice(atOnce).flatMap((worker, index) => {
    const before = workers[index] ?? '';
    return [[id('create-node', worker), id('await-runtime', before)], [id('join-worker', worker), id('join-worker', before)]] as const;
  }));
  return operations.map((operation) => {
    const before = earlier.get(operation.id);
    return before === undefined ? operation : { ...operation, after: [...operation.after ?? [], before] };
  });
}
