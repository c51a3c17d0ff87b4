import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { asRoot, findCommand, isRoot, run, runMain, toStderr } from './commands.mjs';

const modules = [
  { name: 'overlay', isThere: () => /\boverlay$/m.test(readText('/proc/filesystems')) },
  { name: 'br_netfilter', isThere: () => existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables') },
];

// Every node runs a systemd, a containerd and a kubelet, all of which count against one user of the host.
const lowestValues = {
  'fs.inotify.max_user_instances': 1048576,
  'fs.inotify.max_user_watches': 1048576,
  'kernel.keys.maxkeys': 20000,
  'kernel.keys.maxbytes': 1400000,
  'net.ipv4.ip_forward': 1,
};

/** Does what it can and warns of the rest: a cluster may well run without. */
export async function ensureKernel({ log = toStderr } = {}) {
  const warnings = [];
  for (const module of modules) warnings.push(await ensureModule(module, log));
  for (const [name, lowest] of Object.entries(lowestValues)) warnings.push(await ensureSetting(name, lowest, log));
  const real = warnings.filter(Boolean);
  for (const warning of real) log(`Warning: ${warning}`);
  return { warnings: real };
}

async function ensureModule({ name, isThere }, log) {
  if (isThere()) return undefined;
  if (findCommand('modprobe')) {
    log(`Loading the kernel module ${name}`);
    await runAsRootQuietly(['modprobe', name]);
  }
  return isThere() ? undefined : `the kernel module ${name} is missing. Where it can be loaded: modprobe ${name}`;
}

async function ensureSetting(name, lowest, log) {
  const file = `/proc/sys/${name.replaceAll('.', '/')}`;
  const isEnough = () => Number(readText(file)) >= lowest;
  if (!existsSync(file) || isEnough()) return undefined;
  log(`Raising ${name} from ${readText(file).trim()} to ${lowest}, until the next boot`);
  if (isRoot()) writeQuietly(file, `${lowest}\n`);
  else await runAsRootQuietly(['sysctl', '-q', '-w', `${name}=${lowest}`]);
  return isEnough() ? undefined : `${name} is lower than it should be. As root: sysctl -w ${name}=${lowest}`;
}

async function runAsRootQuietly(argv) {
  try {
    await run(asRoot(argv, { mayAsk: false }));
  } catch {
    // No sudo: the caller looks at what came of it.
  }
}

function writeQuietly(file, text) {
  try {
    writeFileSync(file, text);
  } catch {
    // Root of a container, perhaps: the caller looks at what came of it.
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

runMain(import.meta.url, async () => {
  await ensureKernel();
});
