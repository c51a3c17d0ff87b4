// @ts-check
import { ActionError, Runner } from './runner.mjs';

/**
 * A step from its first word to its exit code.
 * @param {(runner: Runner) => Promise<void>} step
 */
export async function runStep(step) {
  const runner = new Runner(process.env, (text) => process.stdout.write(text));
  try {
    await step(runner);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof ActionError) {
      if (error.details !== undefined) await runner.group('The last lines of the log', async (print) => print(error.details ?? ''));
      runner.error(error.message, error.title);
    } else {
      runner.error(`${error instanceof Error ? error.stack : String(error)}\n\nThis is a bug in kindbox's action.`);
    }
  }
}
