import { KindboxError, messageWithLog } from '../errors/index.js';
import type { PlanOutcome } from '../plan/execute.js';

/** @throws KindboxError partial, naming the workers that failed and why, when the plan tolerated failures. */
export function requireNoFailures(cluster: string, numWorkers: number, outcome: PlanOutcome): void {
  const failures = [...outcome.failures];
  const [first] = failures;
  if (first === undefined) return;
  const [firstId, firstError] = first;
  if (failures.length === 1 && firstId.startsWith('write-kubeconfig/') && firstError instanceof KindboxError) throw firstError;

  const workers = failures.filter(([id]) => !id.startsWith('write-kubeconfig/'));
  const names = workers.map(([id]) => id.slice(id.indexOf('/') + 1));
  const tails = workers.map(([id, error]) => `${id.slice(id.indexOf('/') + 1)}: ${messageWithLog(error)}`);
  throw new KindboxError(`The cluster "${cluster}" is up, but without ${names.join(', ')}`, {
    reason: 'partial',
    because: `${names.length} of the ${numWorkers} workers failed; the rest of the cluster works.`,
    logTail: tails.join('\n'),
    next: [`kindbox resize --num-workers=${numWorkers} ${cluster}`, `kindbox logs ${cluster}`, `kindbox destroy ${cluster}`],
    cause: firstError,
  });
}
