import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { asRoot, findCommand, isRoot, mustRun, run, runMain, toStderr, widePath } from './commands.mjs';
import { daemonState, waitFor } from './docker-endpoint.mjs';

const startTimeout = 60_000;

export const ordinaryDaemon = {
  host: 'unix:///var/run/docker.sock',
  pidFile: '/var/run/docker.pid',
  execRoot: '/var/run/docker',
  logFile: '/var/log/dockerd.log',
  extraArguments: [],
  launcher: [],
};

export const systemdRuns = () => existsSync('/run/systemd/system');

export async function startDocker(daemon, log) {
  if (daemon === ordinaryDaemon && systemdRuns()) return startByServiceManager(daemon, log);
  if (isRoot()) return startByHand(daemon, log);
  if (daemon !== ordinaryDaemon) throw new Error('Only root can start this dockerd');
  log('Starting dockerd (by sudo)');
  await mustRun(asRoot([process.execPath, new URL(import.meta.url).pathname]), { show: true });
}

async function startByServiceManager(daemon, log) {
  log('Starting Docker: systemctl start docker');
  const started = await run(asRoot(['systemctl', 'start', 'docker']), { show: true });
  const isUp = async () => (await daemonState(daemon.host)) !== 'absent';
  if (started.code === 0 && (await waitFor(isUp, startTimeout))) return;
  const journal = await run(asRoot(['journalctl', '-u', 'docker', '-n', '30', '--no-pager']));
  throw new Error(`Docker did not start:\n${journal.out}`);
}

async function startByHand(daemon, log) {
  const command = findCommand('dockerd');
  if (!command) throw new Error('There is no dockerd in PATH');
  // Also the containerd that dockerd starts by itself. Both would be taken for alive by a reused number.
  dropStalePidFile(join(daemon.execRoot, 'containerd', 'containerd.pid'), 'containerd', log);
  const isRunning = !dropStalePidFile(daemon.pidFile, 'dockerd', log);
  const failure = isRunning ? () => undefined : spawnDaemon(command, daemon, log);
  let state = 'absent';
  await waitFor(async () => {
    state = await daemonState(daemon.host);
    return state !== 'absent' || failure() !== undefined;
  }, startTimeout);
  if (state === 'absent') {
    const reason = failure() ?? `no answer in ${startTimeout / 1000} s`;
    throw new Error(`dockerd did not start (${reason}). The end of ${daemon.logFile}:\n${tailOf(daemon.logFile)}`);
  }
}

function spawnDaemon(command, daemon, log) {
  log(`Starting dockerd, which logs to ${daemon.logFile}`);
  mkdirSync(dirname(daemon.logFile), { recursive: true });
  const output = openSync(daemon.logFile, 'a');
  let failure;
  const { host, pidFile, execRoot, extraArguments, launcher } = daemon;
  const options = ['--host', host, '--pidfile', pidFile, '--exec-root', execRoot, ...extraArguments];
  const argv = [...launcher, command, ...options];
  const child = spawn(argv[0], argv.slice(1), {
    cwd: '/',
    detached: true, // a session of its own: it outlives us and our terminal
    env: { ...process.env, PATH: widePath() },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.on('error', (error) => (failure = error.message));
  child.on('exit', (code, signal) => (failure = `it ended with ${signal ?? code}`));
  child.unref();
  return () => failure;
}

/** True when no such process runs any more. */
function dropStalePidFile(path, commandName, log) {
  const pid = readText(path).trim();
  if (pid && isAlive(pid, commandName)) return false;
  if (pid) {
    log(`Removing the stale ${path}`);
    rmSync(path, { force: true });
  }
  return true;
}

/** Told by the command line, which is empty for a dead process that nobody has reaped. */
export const isAlive = (pid, commandName) => basename(readText(`/proc/${pid}/cmdline`).split('\0')[0]) === commandName;

const tailOf = (path) => readText(path).trimEnd().split('\n').slice(-20).join('\n');

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

runMain(import.meta.url, async (args) => {
  parseArgs({ args });
  await startDocker(ordinaryDaemon, toStderr);
});
