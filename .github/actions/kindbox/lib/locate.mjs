// @ts-check
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ActionError } from './runner.mjs';
import { environmentOfPrograms, run } from './process.mjs';

/** @typedef {import('./process.mjs').Argv} Argv */
/** @typedef {{readonly argv: Argv, readonly folder: string | undefined, readonly origin: string}} Kindbox `folder` is what PATH lacks. */

/**
 * The kindbox to run: the version that was asked for; else what is built beside this action; else what is on PATH; else
 * the published version that this action belongs to.
 * @param {{version: string | undefined, root: string, temp: string, environment: import('./runner.mjs').Environment}} where
 *   `root` is the folder of kindbox's own package.json.
 * @param {(print: (take: (line: string) => void) => Promise<void>) => Promise<void>} inGroup For what npm prints.
 * @returns {Promise<Kindbox>}
 */
export async function locateKindbox({ version, root, temp, environment }, inGroup) {
  if (version !== undefined) return install(version, temp, environment, inGroup);
  const own = join(root, 'bin', 'kindbox');
  if (await isThere(join(root, 'dist', 'cli', 'main.cjs'))) {
    return { argv: [process.execPath, own], folder: join(root, 'bin'), origin: 'built beside this action' };
  }
  const onPath = await findOnPath('kindbox', environment);
  if (onPath !== undefined) return { argv: [onPath], folder: undefined, origin: 'on PATH' };
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return install(manifest.version, temp, environment, inGroup);
}

/**
 * @param {string} version
 * @param {string} temp
 * @param {import('./runner.mjs').Environment} environment
 * @param {(print: (take: (line: string) => void) => Promise<void>) => Promise<void>} inGroup
 * @returns {Promise<Kindbox>}
 */
async function install(version, temp, environment, inGroup) {
  const npm = await findOnPath('npm', environment);
  if (npm === undefined) throw new ActionError('kindbox is installed with npm, which is not on PATH.\nPut a step with actions/setup-node before this one.');
  const folder = join(temp, 'kindbox-action', 'npm');
  await mkdir(folder, { recursive: true });
  const argv = /** @type {const} */ ([
    npm, 'install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error', `kindbox@${version}`,
  ]);
  let code = 0;
  await inGroup(async (print) => {
    ({ code } = await run(argv, { environment: environmentOfPrograms(environment), cwd: folder, onErrorLine: print }));
  });
  if (code !== 0) throw new ActionError(`npm could not install kindbox@${version} (exit code ${code}).`);
  const bin = join(folder, 'node_modules', 'kindbox', 'bin', 'kindbox');
  if (!(await isThere(bin))) throw new ActionError(`The package kindbox@${version} is not kindbox: it has no bin/kindbox.`);
  return { argv: [process.execPath, bin], folder: join(folder, 'node_modules', '.bin'), origin: 'installed with npm' };
}

/** @param {string} program @param {import('./runner.mjs').Environment} environment @returns {Promise<string | undefined>} */
export async function findOnPath(program, environment) {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const path = join(folder, program);
    if (await isThere(path, constants.X_OK)) return path;
  }
  return undefined;
}

/** @param {string} path @param {number} [mode] */
function isThere(path, mode = constants.R_OK) {
  return access(path, mode).then(() => true, () => false);
}
