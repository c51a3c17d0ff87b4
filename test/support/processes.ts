import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** Whether that very program runs under a number, which may have been given to another one since. */
export function isRunning(pid: number, command: string): boolean {
  return basename(commandLine(pid)[0] ?? '') === command;
}

/** Sends a signal and waits for the end; SIGKILL follows where SIGTERM has no effect for a minute. */
export async function endProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!send(pid, signal)) return;
  for (let waited = 0; commandLine(pid).length > 0; waited += 50) {
    if (waited === 60_000) send(pid, 'SIGKILL');
    await sleep(50);
  }
}

/** Ends the containers whose shims were started by a containerd below a folder: its path is in their command lines. */
export async function endShimsOf(folder: string): Promise<void> {
  const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 1);
  const shims = pids.filter((pid) => isRunning(pid, 'containerd-shim-runc-v2') && commandLine(pid).some((word) => word.startsWith(`${folder}/`)));
  for (const shim of shims) {
    for (const pid of [...childrenOf(shim), shim]) await endProcess(pid, 'SIGKILL');
  }
}

/** Unmounts everything below a folder, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) await execa('umount', ['--lazy', point], { reject: false });
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter((child) => child !== '').map(Number));
}

/** Empty for a process that has ended, reaped or not. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter((word) => word !== '');
  } catch {
    return [];
  }
}
