import { execFile } from 'node:child_process';
import net from 'node:net';
import { promisify } from 'node:util';
import type { SysboxFacts } from './facts.js';

/** Milliseconds. */
const ANSWER_TIMEOUT = 2000;
/** Where its services listen; both paths are compiled into it. */
const SERVICES = { 'sysbox-mgr': '/run/sysbox/sysmgr.sock', 'sysbox-fs': '/run/sysbox/sysfs.sock' };

/** What is registered under Sysbox's name, and whether its services answer. Never rejects. */
export async function observeSysbox(path: string): Promise<SysboxFacts> {
  const [output, silent] = await Promise.all([versionOutput(path), silentServices()]);
  return { path, silent, ...parseVersion(output) };
}

/** `sysbox-runc\n\tedition: ...\n\tversion: 0.7.0\n`; anything else is not Sysbox. */
export function parseVersion(output: string | undefined): Pick<SysboxFacts, 'version' | 'says'> {
  const says = output?.trim().split('\n', 1)[0]?.trim();
  const version = /^\s*version:\s*v?(\d+\.\d+\.\d+)/m.exec(output ?? '')?.[1];
  return { says, version: says?.startsWith('sysbox-runc') ? version ?? 'unknown' : undefined };
}

async function versionOutput(path: string): Promise<string | undefined> {
  return promisify(execFile)(path, ['--version'], { timeout: ANSWER_TIMEOUT, encoding: 'utf8' }).then(({ stdout }) => stdout, () => undefined);
}

async function silentServices(): Promise<string[]> {
  const found = await Promise.all(Object.entries(SERVICES).map(async ([name, socket]) => ({ name, listens: await listens(socket) })));
  return found.filter(({ listens: answered }) => !answered).map(({ name }) => name);
}

/** A socket that only root may open belongs to a service all the same: a dead one refuses, or is not there. */
function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_TIMEOUT, () => { settle(false); });
    socket.once('connect', () => { settle(true); });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => { settle(code === 'EACCES' || code === 'EPERM'); });
  });
}
