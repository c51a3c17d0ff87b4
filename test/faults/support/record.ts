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
  readonly milliseconds: number;
}

export async function record(row: FaultRecord): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await appendFile(`${FOLDER}faults.jsonl`, `${JSON.stringify(row)}\n`);
}
