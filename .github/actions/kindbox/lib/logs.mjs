// @ts-check
import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.mjs';
import { ActionError } from './runner.mjs';

/** Milliseconds. What is left of a cancelled job is five minutes, in which the cluster is to be destroyed too. */
const LONGEST = 120_000;
const USAGE = 2;
const CLUSTER_LABEL = 'dev.kindbox.cluster';
/** A container's name, as Docker has it. */
const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/**
 * Saves what an expert would ask for: `kindbox logs`, or, with a kindbox that has no such command, what Docker has.
 * @param {import('./process.mjs').Argv} kindbox
 * @param {string} cluster
 * @param {string} parent Folder to make the cluster's in; what is there already is kept.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{folder: string, files: string[]}>} the files relative to the folder
 * @throws {ActionError} when nothing could be saved.
 */
export async function saveLogs(kindbox, cluster, parent, environment) {
  await mkdir(parent, { recursive: true });
  const folder = await freeFolder(parent, cluster);
  const signal = AbortSignal.timeout(LONGEST);
  const { code, stdout, stderr } = await run([...kindbox, 'logs', `--output=${folder}`, '--', cluster], { environment, signal });
  if (code === USAGE) await saveDockerLogs(cluster, folder, environment, signal);
  const files = await filesIn(folder);
  // What could be saved is worth having, even if something was missing.
  if (files.length === 0) throw new ActionError(`No logs could be saved (kindbox logs exited with ${code}).`, { details: `${stdout}${stderr}` });
  return { folder, files };
}

/** On a runner of one's own, the folder may have logs of earlier jobs. @param {string} parent @param {string} name */
async function freeFolder(parent, name) {
  for (let number = 1; ; number += 1) {
    const folder = join(parent, number === 1 ? name : `${name}-${number}`);
    if (await lstat(folder).then(() => false, () => true)) return folder;
  }
}

/** @param {string} cluster @param {string} folder @param {NodeJS.ProcessEnv} environment @param {AbortSignal} signal */
async function saveDockerLogs(cluster, folder, environment, signal) {
  const docker = (/** @type {string[]} */ ...words) => run(['docker', ...words], { environment, signal });
  const { stdout } = await docker('ps', '--all', '--no-trunc', '--filter', `label=${CLUSTER_LABEL}=${cluster}`, '--format', '{{.ID}} {{.Names}}');
  const nodes = stdout.split('\n').map((line) => line.split(' ')).filter(([, name]) => NODE_NAME.test(name ?? ''));
  await Promise.all(nodes.map(async ([id = '', name = '']) => {
    await mkdir(join(folder, name), { recursive: true });
    const sources = { 'inspect.json': ['inspect', id], 'container.log': ['logs', id], 'journal.log': ['exec', id, 'journalctl', '--boot', '--no-pager'] };
    await Promise.all(Object.entries(sources).map(async ([file, words]) => {
      const result = await docker(...words);
      await writeFile(join(folder, name, file), `${result.stdout}${result.stderr}`);
    }));
  }));
}

/** @param {string} folder */
async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1)).sort();
}
