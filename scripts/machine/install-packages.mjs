import { existsSync, readFileSync } from 'node:fs';
import { asRoot, findCommand, mustRun, run } from './commands.mjs';

const quiet = { DEBIAN_FRONTEND: 'noninteractive' };

export async function installDocker(log) {
  requireApt('Docker (https://docs.docker.com/engine/install/)');
  await installPackages(['docker.io', 'iptables', 'ca-certificates', ...appArmorPackages()], log);
  // Since Debian 13 the client is a package of its own.
  if (!findCommand('docker')) await installPackages(['docker-cli'], log);
}

// With AppArmor on and its parser missing, Docker refuses to start containers.
function appArmorPackages() {
  const isOn = existsSync('/sys/module/apparmor') && readText('/sys/module/apparmor/parameters/enabled').startsWith('Y');
  return isOn && !findCommand('apparmor_parser') ? ['apparmor'] : [];
}

/** `tools` are packages that bring a command of the same name. */
export async function installMissingTools(tools, log) {
  const missing = tools.filter((tool) => !findCommand(tool));
  if (missing.length === 0) return;
  requireApt(missing.join(', '));
  await installPackages(missing, log);
}

export async function installPackages(names, log) {
  log(`Installing from the distribution's packages: ${names.join(' ')}`);
  if (!(await areKnown(names))) await updateLists(log);
  if ((await install(names)).code === 0) return;
  // The lists may name files that the mirror has replaced since.
  await updateLists(log);
  const { code } = await install(names);
  if (code !== 0) throw new Error(`apt-get install ${names.join(' ')} failed (${code}), see above`);
}

const install = (names) =>
  run(withQuiet(['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...names]), { show: true });

async function updateLists(log) {
  log("Fetching the distribution's package lists: apt-get update");
  await mustRun(withQuiet(['apt-get', 'update', '-q']), { show: true });
}

// sudo drops the environment, hence `env` behind it.
const withQuiet = (argv) => asRoot(['env', ...Object.entries(quiet).map(([name, value]) => `${name}=${value}`), ...argv]);

async function areKnown(names) {
  const { code, out } = await run(['apt-cache', 'policy', ...names], { env: { LC_ALL: 'C' } });
  const candidates = out.toString().match(/^ *Candidate: (?!\(none\)).+$/gm) ?? [];
  return code === 0 && candidates.length === names.length;
}

function requireApt(wanted) {
  if (findCommand('apt-get')) return;
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readText('/etc/os-release'))?.[1] ?? process.platform;
  throw new Error(`This system (${system}) has no apt-get. Please install and start: ${wanted}`);
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
