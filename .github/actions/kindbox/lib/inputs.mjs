// @ts-check
import { resolve } from 'node:path';
import { ActionError } from './runner.mjs';

/** @typedef {import('./runner.mjs').Environment} Environment */
/** @typedef {'quiet' | 'info' | 'debug'} LogLevel */
/** @typedef {ReturnType<typeof parseInputs>} Inputs */

/**
 * The inputs of action.yml, as the runner hands them over: an absent one and an empty one are the same.
 * @param {Environment} environment
 * @param {string} workspace Folder that relative paths are relative to.
 * @throws {ActionError} naming the input.
 */
export function parseInputs(environment, workspace) {
  const text = (/** @type {string} */ name) => environment[`INPUT_${name.toUpperCase()}`]?.trim() || undefined;
  const path = (/** @type {string} */ name) => {
    const given = text(name);
    return given === undefined ? undefined : resolve(workspace, given);
  };
  const logLevel = oneOf('log_level', text('log_level') ?? 'info', /** @type {const} */ (['quiet', 'info', 'debug']));
  return {
    version: version(text('version'), workspace),
    config: path('config'),
    clusterName: text('cluster_name') ?? 'kindbox',
    nodeImage: text('node_image'),
    kubernetesVersion: text('k8s_version'),
    workers: count('workers', text('workers')),
    runtime: text('runtime'),
    cni: text('cni'),
    wait: text('wait'),
    waitAll: flag('wait_all', text('wait_all') ?? 'true'),
    kubeconfig: path('kubeconfig'),
    kubectl: flag('kubectl', text('kubectl') ?? 'true'),
    /** @type {LogLevel} */
    logLevel: environment['RUNNER_DEBUG'] === '1' ? 'debug' : logLevel,
    logs: oneOf('logs', text('logs') ?? 'failure', /** @type {const} */ (['failure', 'always', 'never'])),
    logsFolder: path('logs_dir'),
    installOnly: flag('install_only', text('install_only') ?? 'false'),
    ignoreFailedClean: flag('ignore_failed_clean', text('ignore_failed_clean') ?? 'false'),
    jobStatus: text('job_status'),
  };
}

/** What npm takes: `v0.2.0` is 0.2.0, as npm has it. @param {string | undefined} given @param {string} workspace */
function version(given, workspace) {
  if (given === undefined) return undefined;
  if (given.startsWith('file:')) return `file:${resolve(workspace, given.slice('file:'.length))}`;
  if (/^[A-Za-z0-9][A-Za-z0-9.+-]*$/.test(given)) return given.replace(/^v(?=\d)/, '');
  throw new ActionError(`The input version is a version such as 0.1.0, or file:PATH, and not ${JSON.stringify(given)}`);
}

/** Booleans of YAML 1.2's core schema. @param {string} name @param {string} given */
function flag(name, given) {
  return oneOf(name, given.toLowerCase(), /** @type {const} */ (['true', 'false'])) === 'true';
}

/** @param {string} name @param {string | undefined} given */
function count(name, given) {
  if (given === undefined || /^\d{1,4}$/.test(given)) return given;
  throw new ActionError(`The input ${name} is a number, and not ${JSON.stringify(given)}`);
}

/**
 * @template {string} T
 * @param {string} name
 * @param {string} given
 * @param {readonly T[]} choices
 * @returns {T}
 */
function oneOf(name, given, choices) {
  const chosen = choices.find((choice) => choice === given);
  if (chosen !== undefined) return chosen;
  throw new ActionError(`The input ${name} is ${choices.join(' or ')}, and not ${JSON.stringify(given)}`);
}
