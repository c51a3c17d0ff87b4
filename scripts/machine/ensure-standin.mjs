import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildStandin, sourceDigest, standinSource } from './build-standin.mjs';
import { asRoot, isRoot, mustRun, runMain, toStderr } from './commands.mjs';
import { daemonInfo, dockerHost, isLocalHost, waitFor } from './docker-endpoint.mjs';
import { binaryIn, installBinary, isInstalled, ordinaryPlaces, registerRuntime, runtimeName } from './install-standin.mjs';

const reloadTimeout = 20_000;

/**
 * Makes sure that Docker has the runtime sysbox-runc: a real Sysbox is left alone ({ real: true }),
 * otherwise the stand-in of the tests is compiled and registered, again whenever its source has changed.
 * `places`, `source` and `goCommand` are for tests.
 */
export async function ensureStandin(options = {}) {
  const { log = toStderr, builderImage, host = dockerHost(), places = ordinaryPlaces, source = standinSource, goCommand } = options;
  const registered = await registeredPath(host);
  if (registered && dirname(registered) !== places.folder) return { real: true, changed: false };
  const digest = sourceDigest(source);
  const isCurrent = isInstalled(places, digest);
  if (registered && isCurrent) return { real: false, changed: false };
  if (!isLocalHost(host)) throw new Error(`The stand-in for Sysbox cannot be installed on another machine (${host}).`);

  const binary = isCurrent ? undefined : await buildStandin({ builderImage, host, log, source, goCommand });
  if (binary) log(`Installing the stand-in for Sysbox as ${binaryIn(places.folder)}`);
  if (isRoot()) {
    if (binary) installBinary(places, binary, digest);
    if (!registered) await registerRuntime(places, log);
  } else {
    await installBySudo(binary, digest);
  }
  await untilRegistered(host, places);
  return { real: false, changed: true };
}

const registeredPath = async (host) => (await daemonInfo(host)).Runtimes?.[runtimeName]?.path;

async function untilRegistered(host, places) {
  const isListed = async () => (await registeredPath(host)) === binaryIn(places.folder);
  if (await waitFor(isListed, reloadTimeout)) return;
  throw new Error(`Docker does not list the runtime ${runtimeName}, though ${places.daemonConfig} names it. Please restart Docker.`);
}

async function installBySudo(binary, digest) {
  const folder = mkdtempSync(join(tmpdir(), 'kindbox-standin-'));
  try {
    const file = join(folder, runtimeName);
    if (binary) writeFileSync(file, binary);
    const installer = fileURLToPath(new URL('./install-standin.mjs', import.meta.url));
    const operands = binary ? ['--binary', file, '--digest', digest] : [];
    await mustRun(asRoot([process.execPath, installer, ...operands]), { show: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

runMain(import.meta.url, async (args) => {
  const { values } = parseArgs({ args, options: { 'builder-image': { type: 'string' } } });
  const { real } = await ensureStandin({ builderImage: values['builder-image'] });
  toStderr(real ? 'The real Sysbox is registered.' : 'The stand-in for Sysbox is registered.');
});
