import { appendFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../test-results/', import.meta.url));

/** A row of the table of stage, fault and result, which outlives the run. */
export interface FaultRecord {
  /** The command that was disturbed. */
  readonly verb: string;
  readonly stage: string;
  readonly fault: string;
  readonly exitCode: number | undefined;
  /** All that is promised of such a fault was seen. */
  readonly passed: boolean;
  /** What was seen instead. */
  readonly problem?: string;
  readonly milliseconds: number;
}

export async function record(row: FaultRecord): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await appendFile(`${FOLDER}faults.jsonl`, `${JSON.stringify(row)}\n`);
}

/** Does what a row of the table is about, and notes how it went. */
export async function recorded(row: Pick<FaultRecord, 'verb' | 'stage' | 'fault'>, action: () => Promise<{ readonly exitCode: number | undefined } | undefined>): Promise<void> {
  const startedAt = Date.now();
  let ended: { readonly exitCode: number | undefined } | undefined;
  let problem: string | undefined;
  try {
    ended = await action();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    await record({ ...row, exitCode: ended?.exitCode, passed: problem === undefined, ...(problem === undefined ? {} : { problem }), milliseconds: Date.now() - startedAt });
  }
}
