import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asRoot, mustRun } from '../machine/commands.mjs';
import { installMissingTools, installPackages } from '../machine/install-packages.mjs';
import { thisPlatform } from './platform.mjs';

const suite = 'trixie';
const diskSize = '24G';
const debianKeys = '/usr/share/keyrings/debian-archive-keyring.gpg';
const guestFolder = fileURLToPath(new URL('./guest/', import.meta.url));
const units = ['kindbox-bring.service', 'kindbox-load.service', 'kindbox-scenario.service'];
const networkFile = '20-wired.network';

// docker-cli: since Debian 13 the client is a package of its own. apparmor: with it, Docker confines what it is not told not to.
const packages = (platform) => [
  'systemd-sysv', 'udev', 'dbus', 'libpam-systemd', `linux-image-${platform.debian}`, 'initramfs-tools', 'kmod', 'iproute2', 'procps',
  'docker.io', 'docker-cli', 'iptables', 'apparmor', 'ca-certificates', 'nodejs', 'sudo',
];

// $1 is the root of the new system, $2 our folder of units. What runs by itself and is of no use here costs an emulated machine minutes.
const setUp = (platform) => `set -e
cp ${units.map((unit) => `"$2/${unit}"`).join(' ')} "$1/etc/systemd/system/"
cp "$2/${networkFile}" "$1/etc/systemd/network/"
echo kindbox-vm >"$1/etc/hostname"
printf '127.0.0.1 localhost kindbox-vm\\n::1 localhost\\n' >"$1/etc/hosts"
echo nameserver 10.0.2.3 >"$1/etc/resolv.conf"
echo '/dev/vda / ext4 defaults 0 0' >"$1/etc/fstab"
mkdir -p "$1/etc/docker"
echo '{"runtimes":{"sysbox-runc":{"path":"/opt/kindbox/standin/sysbox-runc"}}}' >"$1/etc/docker/daemon.json"
chroot "$1" useradd --create-home --shell /bin/bash --groups docker tester
install -d -o 1000 -g 1000 "$1/home/tester/tmp"
chroot "$1" systemctl enable --quiet systemd-networkd ${units.join(' ')}
chroot "$1" systemctl disable --quiet apt-daily.timer apt-daily-upgrade.timer fstrim.timer
chroot "$1" systemctl mask --quiet serial-getty@${platform.console}.service getty@tty1.service
cp "$1"/boot/vmlinuz-* "$1/boot/kernel"
cp "$1"/boot/initrd.img-* "$1/boot/initrd"`;

/**
 * A disk with Debian, Docker and Node on which our units start what the host brings, and the kernel to boot it with. Made once
 * in `cache`, and again when this recipe changes.
 * @returns paths of { disk, kernel, initrd }
 */
export async function ensureDisk({ cache, log }) {
  const platform = thisPlatform();
  const folder = join(cache, `disk-${recipeHash(platform)}`);
  const made = { disk: join(folder, 'disk.ext4'), kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') };
  if (existsSync(folder)) return made;
  await installMissingTools(['mmdebstrap'], log);
  // Ubuntu does not know Debian's keys by itself.
  if (!existsSync(debianKeys)) await installPackages(['debian-archive-keyring'], log);
  removeOlder(cache);
  log(`Making a disk of Debian ${suite} with mmdebstrap: about two minutes`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'making-'));
  try {
    await makeDisk(work, platform);
    // The folder of that name is there only when all that is in it is whole.
    renameSync(join(work, 'made'), folder);
  } finally {
    await mustRun(asRoot(['rm', '-rf', '--one-file-system', work]));
  }
  return made;
}

function recipeHash(platform) {
  const hash = createHash('sha256').update(JSON.stringify([suite, diskSize, packages(platform), setUp(platform)]));
  for (const name of [...units, networkFile]) hash.update(readFileSync(join(guestFolder, name)));
  return hash.digest('hex').slice(0, 12);
}

function removeOlder(cache) {
  const older = existsSync(cache) ? readdirSync(cache).filter((name) => /^disk-[0-9a-f]{12}$/.test(name)) : [];
  for (const name of older) rmSync(join(cache, name), { recursive: true });
}

async function makeDisk(work, platform) {
  const [system, made, hook] = ['system', 'made', 'set-up'].map((name) => join(work, name));
  mkdirSync(made);
  writeFileSync(hook, `#!/bin/sh\n${setUp(platform).replaceAll('$2', guestFolder)}\n`, { mode: 0o755 });
  await mustRun(asRoot([
    'mmdebstrap', '--quiet', '--variant=minbase', '--format=directory', `--include=${packages(platform).join(',')}`,
    '--dpkgopt=path-exclude=/usr/share/doc/*', '--dpkgopt=path-exclude=/usr/share/man/*', `--customize-hook=${hook}`, suite, system,
  ]), { show: true });
  // Its files belong to the users of the new system: only root can read and keep them.
  for (const name of ['kernel', 'initrd']) {
    await mustRun(asRoot(['chmod', '0644', join(system, 'boot', name)]));
    copyFileSync(join(system, 'boot', name), join(made, name));
  }
  await mustRun(asRoot(['mke2fs', '-q', '-t', 'ext4', '-E', 'lazy_itable_init=1,root_owner=0:0', '-d', system, join(made, 'disk.ext4'), diskSize]));
  await mustRun(asRoot(['chown', `${process.getuid()}:${process.getgid()}`, join(made, 'disk.ext4')]));
}
