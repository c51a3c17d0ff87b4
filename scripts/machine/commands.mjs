import { spawn } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// A plain user's PATH often lacks the folders of dockerd, modprobe and iptables.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export const widePath = () => [process.env.PATH ?? '/usr/bin:/bin', ...systemFolders].join(delimiter);

export const isRoot = () => process.geteuid?.() === 0;

export const toStderr = (text) => process.stderr.write(`${text}\n`);

export function findCommand(name) {
  return widePath()
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs argv, never through a shell. `input` goes to its stdin; with `show`, its output
 * goes to our stderr at once, so that our own stdout stays clean.
 */
export function run(argv, { input, show = false, env = {}, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const output = show ? 2 : 'pipe';
    const child = spawn(argv[0], argv.slice(1), {
      cwd,
      env: { ...process.env, PATH: widePath(), ...env },
      stdio: [input === undefined ? 'inherit' : 'pipe', output, output],
    });
    const out = [];
    const err = [];
    child.stdout?.on('data', (chunk) => out.push(chunk));
    child.stderr?.on('data', (chunk) => err.push(chunk));
    child.stdin?.on('error', () => {}); // it may end before it has read everything: its exit code tells
    child.stdin?.end(input);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out: Buffer.concat(out), err: Buffer.concat(err).toString() }));
  });
}

export async function mustRun(argv, options) {
  const result = await run(argv, options);
  if (result.code !== 0) {
    throw new Error(`${argv.slice(0, 4).join(' ')} failed (${result.code}): ${result.err.trim().slice(-2000)}`);
  }
  return result;
}

export function asRoot(argv, { mayAsk = true } = {}) {
  if (isRoot()) return argv;
  if (!findCommand('sudo')) throw new Error(`Please run as root: ${argv.join(' ')}`);
  return ['sudo', ...(mayAsk ? [] : ['-n']), ...argv];
}

export const isMain = (moduleUrl) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);

export function runMain(moduleUrl, main) {
  if (!isMain(moduleUrl)) return;
  main(process.argv.slice(2)).catch((error) => {
    toStderr(error.message);
    process.exitCode = 1;
  });
}
