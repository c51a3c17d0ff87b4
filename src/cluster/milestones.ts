import type { PlanOutcome } from '../plan/execute.js';
import { STAGES } from './handlers/index.js';

/** Milliseconds from the start of the plan until the last operation of each stage had ended. */
export function milestones(outcome: PlanOutcome): Record<string, number> {
  const reached: Record<string, number> = {};
  for (const stage of STAGES) {
    const ends = [...outcome.endedMs].filter(([id]) => id.startsWith(`${stage}/`)).map(([, ms]) => ms);
    if (ends.length > 0) reached[stage] = Math.max(...ends);
  }
  return reached;
}
