// @ts-check
import { run } from './process.mjs';

const SYSBOX = 'sysbox-runc';
const SECONDS = 1000;

/**
 * Names of the runtimes that Docker has; undefined where it cannot be asked.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<readonly string[] | undefined>}
 */
export async function dockerRuntimes(environment) {
  const { code, stdout } = await run(['docker', 'info', '--format', '{{json .Runtimes}}'], { environment, signal: AbortSignal.timeout(30 * SECONDS) });
  if (code !== 0) return undefined;
  try {
    return Object.keys(JSON.parse(stdout) ?? {});
  } catch {
    return undefined;
  }
}

/**
 * What is to be said of the isolation of the nodes. Where nothing was chosen, Sysbox is it or kindbox refuses, and says both ways out.
 * @param {string | undefined} chosen Runtime that the workflow chose.
 * @param {readonly string[] | undefined} available
 * @returns {string | undefined}
 */
export function isolationNotice(chosen, available) {
  if (chosen === undefined || chosen === SYSBOX) return undefined;
  const consequence = `The nodes run with ${chosen}, as the workflow chose: they are not isolated, and root in a node is root on this runner.`;
  if (available === undefined) return consequence;
  return available.includes(SYSBOX) ? `${consequence} Sysbox is here: without the input runtime it would be used.` : `This runner has no Sysbox. ${consequence}`;
}

/**
 * Takes the kubectl out of the control plane, so that it is of the cluster's version and nothing is downloaded.
 * The archive API is of no use for that in Sysbox's containers (nestybox/sysbox#866).
 * @param {string} node Id of the control plane's container.
 * @param {string} file Where to put it.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<boolean>} whether it is there, and runs here
 */
export async function takeKubectl(node, file, environment) {
  const signal = AbortSignal.timeout(120 * SECONDS);
  const found = await run(['docker', 'exec', node, 'which', 'kubectl'], { environment, signal });
  if (found.code !== 0) return false;
  const copied = await run(['docker', 'exec', node, 'cat', found.stdout.trim()], { environment, signal, intoFile: file });
  if (copied.code !== 0) return false;
  const { chmod } = await import('node:fs/promises');
  await chmod(file, 0o755);
  return (await run([file, 'version', '--client'], { environment, signal })).code === 0;
}
