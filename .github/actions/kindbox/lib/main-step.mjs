// @ts-check
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createCluster, describeFailure } from './create.mjs';
import { dockerRuntimes, isolationNotice, takeKubectl } from './docker.mjs';
import { parseInputs } from './inputs.mjs';
import { locateKindbox } from './locate.mjs';
import { keepLogs } from './keep-logs.mjs';
import { environmentOfPrograms } from './process.mjs';
import { ActionError } from './runner.mjs';
import { createdSummary, failureSummary } from './summary.mjs';

/** @typedef {import('./runner.mjs').Runner} Runner */
/** @typedef {import('./inputs.mjs').Inputs} Inputs */

/**
 * Makes kindbox callable, creates the cluster and tells the steps that follow how to reach it.
 * @param {Runner} runner
 * @param {string} root Folder of kindbox's package.json.
 * @throws {ActionError}
 */
export async function mainStep(runner, root) {
  const inputs = parseInputs(runner.environment, runner.workspace);
  const kindbox = await locateKindbox({ version: inputs.version, root, temp: runner.temp, environment: runner.environment }, (work) => runner.group('Installing kindbox', work));
  runner.info(`Using the kindbox that is ${kindbox.origin}: ${kindbox.argv.at(-1)}`);
  runner.saveState('kindbox', JSON.stringify(kindbox.argv));
  if (kindbox.folder !== undefined) runner.addPath(kindbox.folder);
  if (inputs.installOnly) return;

  const environment = environmentOfPrograms(runner.environment, inputs.kubeconfig === undefined ? {} : { KUBECONFIG: inputs.kubeconfig });
  const available = await dockerRuntimes(environment);
  const chosen = inputs.runtime ?? runner.environment['KINDBOX_RUNTIME'];
  tellIsolation(runner, chosen, available);

  const logs = inputs.logsFolder ?? join(runner.temp, 'kindbox-logs');
  runner.setOutput('logs', logs);
  runner.setOutput('cluster_name', inputs.clusterName);
  const outcome = await runner.group(`Creating the cluster ${inputs.clusterName}`, (print) =>
    createCluster(kindbox.argv, inputs, environment, { print, onMade: () => rememberCluster(runner, inputs, logs) }));
  const { created } = outcome;
  if (created === undefined) throw await failure(runner, inputs, outcome, () => keepLogs(runner, kindbox.argv, { cluster: inputs.clusterName, parent: logs, environment }));

  // A configuration file may have chosen.
  if (chosen === undefined) tellIsolation(runner, created.runtime, available);
  publish(runner, created, inputs);
  if (inputs.kubectl) await installKubectl(runner, created, environment);
  runner.summarize(createdSummary(created));
}

/** @param {Runner} runner @param {string | undefined} runtime @param {readonly string[] | undefined} available */
function tellIsolation(runner, runtime, available) {
  const notice = isolationNotice(runtime, available);
  if (notice !== undefined) runner.notice(notice, 'kindbox: isolation');
}

/** As soon as there is something that the post step has to destroy: this process may be killed at any moment. @param {Runner} runner @param {Inputs} inputs @param {string} logs */
function rememberCluster(runner, inputs, logs) {
  runner.saveState('cluster', inputs.clusterName);
  runner.saveState('logs', logs);
  if (inputs.kubeconfig !== undefined) runner.saveState('kubeconfig', inputs.kubeconfig);
}

/**
 * @param {Runner} runner
 * @param {Inputs} inputs
 * @param {import('./create.mjs').Outcome} outcome
 * @param {() => Promise<void>} keep
 */
async function failure(runner, inputs, outcome, keep) {
  const message = describeFailure(outcome);
  // At once, so that a step of this job can upload them: the post step runs after all of those.
  if (outcome.made && inputs.logs !== 'never') {
    await keep();
    runner.saveState('logs_saved', 'true');
  }
  runner.summarize(failureSummary(message));
  if (outcome.made) runner.saveState('failed', 'true');
  return new ActionError(message, { title: 'kindbox create failed', ...(outcome.refused?.logTail ? { details: outcome.refused.logTail } : {}) });
}

/** @param {Runner} runner @param {import('./create.mjs').Created} created @param {Inputs} inputs */
function publish(runner, created, inputs) {
  const kubeconfig = created.kubeconfig ?? inputs.kubeconfig;
  if (kubeconfig === undefined) throw new ActionError('kindbox has written no kubeconfig.');
  runner.exportVariable('KUBECONFIG', kubeconfig);
  const { context, server, kubernetesVersion, runtime } = created;
  for (const [name, value] of Object.entries({ kubeconfig, context, server, kubernetes_version: kubernetesVersion, runtime })) runner.setOutput(name, value);
}

/** @param {Runner} runner @param {import('./create.mjs').Created} created @param {NodeJS.ProcessEnv} environment */
async function installKubectl(runner, created, environment) {
  const folder = join(runner.temp, 'kindbox-action', 'kubectl', created.name);
  await mkdir(folder, { recursive: true });
  const controlPlane = created.nodes.find((node) => node.role === 'control-plane');
  if (controlPlane !== undefined && (await takeKubectl(controlPlane.id, join(folder, 'kubectl'), environment))) runner.addPath(folder);
  else runner.warning('The kubectl of the node image could not be put on PATH. The input "kubectl: false" leaves it out.');
}
