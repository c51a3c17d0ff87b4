// @ts-check
import { parseInputs } from './inputs.mjs';
import { keepLogs } from './keep-logs.mjs';
import { environmentOfPrograms, run } from './process.mjs';
import { ActionError } from './runner.mjs';

/**
 * Saves the logs if the job has failed, and destroys the cluster that the main step has made: none but that.
 * @param {import('./runner.mjs').Runner} runner
 * @throws {ActionError} when something is left.
 */
export async function postStep(runner) {
  const state = (/** @type {string} */ name) => runner.environment[`STATE_${name}`] || undefined;
  const cluster = state('cluster');
  if (cluster === undefined) {
    runner.info('This step has made no cluster: there is nothing to destroy.');
    return;
  }
  const inputs = parseInputs(runner.environment, runner.workspace);
  const kindbox = argvIn(state('kindbox'));
  // What a step has exported may name another file by now.
  const environment = environmentOfPrograms(runner.environment, { KUBECONFIG: state('kubeconfig') });
  const parent = state('logs');
  const failed = state('failed') === 'true' || (inputs.jobStatus ?? 'success') !== 'success';
  const wanted = inputs.logs === 'always' || (inputs.logs === 'failure' && failed);
  if (wanted && parent !== undefined && state('logs_saved') !== 'true') await keepLogs(runner, kindbox, { cluster, parent, environment });
  await destroy(runner, kindbox, cluster, environment, inputs.ignoreFailedClean);
}

/**
 * @param {import('./runner.mjs').Runner} runner
 * @param {import('./process.mjs').Argv} kindbox
 * @param {string} cluster
 * @param {NodeJS.ProcessEnv} environment
 * @param {boolean} ignoreFailure
 */
async function destroy(runner, kindbox, cluster, environment, ignoreFailure) {
  const code = await runner.group(`Destroying the cluster ${cluster}`, async (print) => {
    const ended = await run([...kindbox, 'destroy', '--progress=plain', '--', cluster], { environment, onErrorLine: print });
    print(ended.stdout);
    return ended.code;
  });
  if (code === 0) return;
  const message = `The cluster ${cluster} could not be destroyed (exit code ${code}).\nOn the runner: kindbox destroy ${cluster}`;
  if (!ignoreFailure) throw new ActionError(message, { title: 'kindbox destroy failed' });
  runner.warning(message, 'kindbox destroy failed');
}

/** @param {string | undefined} text @returns {import('./process.mjs').Argv} */
function argvIn(text) {
  const argv = text === undefined ? undefined : JSON.parse(text);
  if (!Array.isArray(argv) || argv.length === 0 || argv.some((word) => typeof word !== 'string')) throw new ActionError('The main step has not said which kindbox it used.');
  return /** @type {import('./process.mjs').Argv} */ (/** @type {unknown} */ (argv));
}
