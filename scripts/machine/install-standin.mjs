import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { mustRun, runMain, toStderr } from './commands.mjs';
import { isAlive, systemdRuns } from './start-dockerd.mjs';

export const runtimeName = 'sysbox-runc';

export const ordinaryPlaces = {
  folder: '/usr/local/lib/kindbox-standin',
  daemonConfig: '/etc/docker/daemon.json',
  pidFile: '/var/run/docker.pid',
};

export const binaryIn = (folder) => join(folder, runtimeName);
const digestIn = (folder) => join(folder, 'source.sha256');

export const isInstalled = ({ folder }, digest) =>
  existsSync(binaryIn(folder)) && existsSync(digestIn(folder)) && readFileSync(digestIn(folder), 'utf8') === digest;

/** Containers that run keep the old binary: each call of a runtime is a process of its own. */
export function installBinary({ folder }, binary, digest) {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  replaceFile(binaryIn(folder), binary, 0o755);
  replaceFile(digestIn(folder), digest, 0o644);
}

export async function registerRuntime(places, log) {
  const path = binaryIn(places.folder);
  const config = readDaemonConfig(places.daemonConfig);
  if (config.runtimes?.[runtimeName]?.path !== path) {
    log(`Adding the runtime ${runtimeName} to ${places.daemonConfig}`);
    config.runtimes = { ...config.runtimes, [runtimeName]: { path } };
    writeDaemonConfig(places.daemonConfig, config);
  }
  await reloadDaemon(places, log);
}

function readDaemonConfig(file) {
  if (!existsSync(file)) return {};
  const text = readFileSync(file, 'utf8').trim();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not valid JSON, so it is left alone: ${error.message}`);
  }
}

function writeDaemonConfig(file, config) {
  mkdirSync(dirname(file), { recursive: true });
  const target = existsSync(file) ? realpathSync(file) : file;
  const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o644;
  replaceFile(target, `${JSON.stringify(config, undefined, 2)}\n`, mode);
}

function replaceFile(path, content, mode) {
  const temporary = `${path}.${process.pid}.new`;
  try {
    writeFileSync(temporary, content, { mode, flush: true });
    chmodSync(temporary, mode); // whatever the umask
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function reloadDaemon({ pidFile }, log) {
  log('Asking Docker to read its configuration again (nothing is restarted)');
  const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : '';
  // Not by the unit first: its reload needs a `kill` command, which minimal systems lack.
  if (isAlive(pid, 'dockerd')) process.kill(Number(pid), 'SIGHUP');
  else if (systemdRuns()) await mustRun(['systemctl', 'reload', 'docker']);
  else throw new Error(`${pidFile} names no dockerd to reload. Please restart Docker.`);
}

// What ensure-standin runs by sudo: the only steps that need root.
runMain(import.meta.url, async (args) => {
  const { values } = parseArgs({ args, options: { binary: { type: 'string' }, digest: { type: 'string' } } });
  if (values.binary) installBinary(ordinaryPlaces, readFileSync(values.binary), values.digest);
  await registerRuntime(ordinaryPlaces, toStderr);
});
