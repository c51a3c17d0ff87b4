import type { KindboxRun } from '../../support/kindbox.js';

export interface Failure {
  readonly message: string;
  readonly because: string | null;
  readonly logTail: string | null;
  readonly next: readonly string[];
  readonly exitCode: number;
}

/** What a command with `--json` said of its failure. */
export function failureOf(run: KindboxRun): Failure {
  const { error } = JSON.parse(run.stdout) as { error?: Failure };
  if (error === undefined) throw new Error(`it did not fail: ${run.stdout}`);
  return error;
}
