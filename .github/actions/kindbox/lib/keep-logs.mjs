// @ts-check
import { saveLogs } from './logs.mjs';
import { logsSummary } from './summary.mjs';

/**
 * Saves the logs and lists them. That this fails must not keep anything else from being done.
 * @param {import('./runner.mjs').Runner} runner
 * @param {import('./process.mjs').Argv} kindbox
 * @param {{cluster: string, parent: string, environment: NodeJS.ProcessEnv}} of
 */
export async function keepLogs(runner, kindbox, { cluster, parent, environment }) {
  try {
    const { folder, files } = await saveLogs(kindbox, cluster, parent, environment);
    await runner.group(`Logs of the cluster ${cluster}: ${files.length} files in ${folder}`, async (print) => files.forEach(print));
    runner.summarize(logsSummary(cluster, folder, files));
  } catch (error) {
    runner.warning(error instanceof Error ? error.message : String(error), 'kindbox logs');
    if (error instanceof Error && 'details' in error && typeof error.details === 'string') runner.foreign([error.details]);
  }
}
