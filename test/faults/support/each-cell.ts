import type { KindboxRun } from '../../support/kindbox.js';
import type { Signalled } from './inject.js';
import { record } from './record.js';
import { isSelected } from './selection.js';

/** Tries one fault at every stage; all of them, also when one fails. @throws naming the stages that failed, and how */
export async function eachCell(verb: string, { fault }: Signalled, faults: readonly Signalled[], stages: readonly string[], cell: (stage: string) => Promise<KindboxRun>): Promise<void> {
  const column = faults.findIndex((one) => one.fault === fault);
  const failures: string[] = [];
  for (const [row, stage] of stages.entries()) {
    if (!isSelected(row, stages.length, column, faults.length)) continue;
    const startedAt = Date.now();
    const outcome = await cell(stage).then((run) => ({ exitCode: run.exitCode, passed: true }), (error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      failures.push(`${fault} while ${stage}: ${problem}`);
      return { exitCode: undefined, passed: false, problem };
    });
    await record({ verb, stage, fault, ...outcome, milliseconds: Date.now() - startedAt });
  }
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}
