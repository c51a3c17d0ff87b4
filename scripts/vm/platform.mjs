import { findCommand } from '../machine/commands.mjs';

// What differs between processors: Debian's names, qemu's names, and where a kernel finds its first serial line.
const platforms = {
  x64: { debian: 'amd64', qemuPackage: 'qemu-system-x86', qemu: 'qemu-system-x86_64', machine: 'q35', console: 'ttyS0' },
  arm64: { debian: 'arm64', qemuPackage: 'qemu-system-arm', qemu: 'qemu-system-aarch64', machine: 'virt', console: 'ttyAMA0' },
};

/** Of this machine, whose node image the virtual one is to run. */
export function thisPlatform() {
  const platform = platforms[process.arch];
  if (platform === undefined) throw new Error(`npm run test:vm knows no virtual machines for ${process.arch}.`);
  return platform;
}

export const hasCommands = (...names) => names.every((name) => findCommand(name) !== undefined);
