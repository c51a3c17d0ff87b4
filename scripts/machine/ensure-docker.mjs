import { parseArgs } from 'node:util';
import { findCommand, runMain, toStderr } from './commands.mjs';
import { daemonState, dockerHost, isDefaultHost } from './docker-endpoint.mjs';
import { installDocker, installMissingTools } from './install-packages.mjs';
import { ordinaryDaemon, startDocker } from './start-dockerd.mjs';

/**
 * Makes sure that a Docker daemon answers; changes nothing where one does.
 * `tools` are packages wanted besides, installed where their command is missing.
 * Another `daemon` than the ordinary one is for tests.
 */
export async function ensureDocker({ log = toStderr, tools = [], daemon = ordinaryDaemon, install = installDocker } = {}) {
  const host = daemon === ordinaryDaemon ? dockerHost() : daemon.host;
  const started = await startUnlessAnswering({ host, daemon, install, log });
  await installMissingTools(tools, log);
  return { host, started };
}

async function startUnlessAnswering({ host, daemon, install, log }) {
  const state = await daemonState(host);
  if (state === 'answers' || state === 'unknown') return false;
  if (state === 'forbidden') throw new Error(notAllowed(host));
  if (daemon === ordinaryDaemon && !isDefaultHost(host)) {
    throw new Error(`No Docker daemon answers at ${host}. Start it, or choose another by DOCKER_HOST or "docker context use".`);
  }
  if (!findCommand('dockerd')) {
    log('There is no Docker on this machine.');
    await install(log);
  }
  // Installing it may have started it.
  const now = await daemonState(host);
  if (now === 'absent') await startDocker(daemon, log);
  if ((await daemonState(host)) === 'forbidden') throw new Error(notAllowed(host));
  log('Docker answers.');
  return true;
}

const notAllowed = (host) =>
  `Docker runs, but ${process.env.USER ?? 'this user'} may not use ${host}. Either repeat this with sudo, or join its group:
  sudo usermod -aG docker "$USER" && newgrp docker`;

runMain(import.meta.url, async (args) => {
  const { values } = parseArgs({ args, options: { tool: { type: 'string', multiple: true, default: [] } } });
  await ensureDocker({ tools: values.tool });
});
