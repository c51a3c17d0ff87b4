import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thisPlatform } from './platform.mjs';

const cpus = 4;
const memory = '7G';
const bootMilliseconds = 120_000;
const pollMilliseconds = 500;

const accelerators = {
  kvm: ['-accel', 'kvm', '-cpu', 'host'],
  tcg: ['-accel', 'tcg,thread=multi', '-cpu', 'max'],
};

/**
 * Boots the disk, and waits until the machine powers itself off. With KVM where a guest gets as far as its first line under it:
 * some machines have a /dev/kvm that runs only guests of their own kind.
 * @returns the lines that the guest reported, and which accelerator it was
 */
export async function runMachine({ output, log, ...machine }) {
  for (const accelerator of usableAccelerators()) {
    const files = Object.fromEntries(['console', 'results', 'log', 'bundle'].map((name) => [name, join(output, name)]));
    for (const file of Object.values(files)) writeFileSync(file, '');
    log(`Booting with ${accelerator}: ${accelerator === 'tcg' ? 'software emulation, an hour or more' : 'minutes'}`);
    const ended = await boot({ accelerator, files, log, ...machine });
    const results = resultsOf(files.results);
    if (ended === 'no boot' && accelerator === 'kvm') {
      log('KVM is there, but this guest does not boot with it.');
      continue;
    }
    return { accelerator, ended, results };
  }
  throw new Error('No virtual machine could be started.');
}

function usableAccelerators() {
  const asked = process.env.KINDBOX_VM_ACCELERATOR;
  if (asked) return [asked];
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return ['kvm', 'tcg'];
  } catch {
    return ['tcg'];
  }
}

export function machineArguments({ accelerator, disks, kernel, initrd, files, environment = {}, platform = thisPlatform() }) {
  const port = (name) => ['-chardev', `file,id=${name},path=${files[name]}`, '-device', `virtserialport,chardev=${name},name=kindbox.${name}`];
  // Of all its services.
  const variables = Object.entries(environment).map(([name, value]) => ` systemd.setenv=${name}=${value}`).join('');
  const disk = ({ path, serial, writable }, index) => [
    // Whatever is written goes to a temporary file: the disk stays as it was made.
    '-drive', `if=none,id=disk${index},format=raw,file=${path},${writable ? 'snapshot=on,cache=unsafe,discard=unmap' : 'readonly=on'}`,
    '-device', `virtio-blk-pci,drive=disk${index},serial=${serial}`,
  ];
  return [
    '-machine', platform.machine, ...accelerators[accelerator], '-smp', String(cpus), '-m', memory,
    '-nodefaults', '-display', 'none', '-no-reboot', '-serial', `file:${files.console}`,
    '-device', 'virtio-rng-pci', '-nic', 'user,restrict=on,model=virtio-net-pci',
    ...disks.flatMap(disk), '-device', 'virtio-serial-pci', ...port('results'), ...port('log'), ...port('bundle'),
    '-kernel', kernel, '-initrd', initrd, '-append', `root=/dev/vda rw console=${platform.console} quiet systemd.show_status=no panic=-1${variables}`,
  ];
}

async function boot({ accelerator, files, milliseconds, log, signal, ...machine }) {
  const child = spawn(thisPlatform().qemu, machineArguments({ accelerator, files, ...machine }), { stdio: ['ignore', 'inherit', 'inherit'] });
  let exit;
  const closed = new Promise((resolve) => {
    child.on('error', (error) => { exit = { error }; resolve(); });
    child.on('close', (code) => { exit ??= { code }; resolve(); });
  });
  const startedAt = Date.now();
  let shown = 0;
  try {
    while (exit === undefined) {
      const results = resultsOf(files.results);
      for (const result of results.slice(shown)) log(lineOf(result, Date.now() - startedAt));
      shown = results.length;
      const elapsed = Date.now() - startedAt;
      if (signal.aborted) return 'interrupted';
      if (accelerator === 'kvm' && results.length === 0 && elapsed > bootMilliseconds) return 'no boot';
      if (elapsed > milliseconds) return 'out of time';
      await Promise.race([closed, sleep(pollMilliseconds)]);
    }
    if (exit.error) throw exit.error;
    for (const result of resultsOf(files.results).slice(shown)) log(lineOf(result, Date.now() - startedAt));
    if (resultsOf(files.results).length === 0) return 'no boot';
    return exit.code === 0 ? 'powered off' : `qemu ended with ${exit.code}`;
  } finally {
    child.kill('SIGTERM');
    await closed;
  }
}

/** Whole lines only: the guest may be in the middle of one. */
function resultsOf(file) {
  const text = readFileSync(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

function lineOf({ step, runtime, ok = true, seconds, found }, elapsed) {
  const clock = `${String(Math.floor(elapsed / 60_000)).padStart(3)}:${String(Math.floor(elapsed / 1000) % 60).padStart(2, '0')}`;
  const facts = [runtime, step, seconds === undefined ? undefined : `[${seconds} s]`].filter(Boolean).join(' ');
  return `${clock} ${ok ? '✔' : '✘'} ${facts}${found === undefined ? '' : `\n         ${String(found).replaceAll('\n', '\n         ')}`}`;
}

