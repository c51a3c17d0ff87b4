import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { printable } from '../../errors/printable.js';

/** Who works on a cluster, as the others are told. Nothing in it is secret. */
export interface Holder {
  /** `create`, `node remove` ... */
  readonly verb: string;
  readonly pid: number;
  readonly host: string;
  readonly user: string;
  /** ISO 8601, by the clock of its host. */
  readonly since: string;
  /** The table of processes that the pid is of, and when that process began; only where /proc tells it. */
  readonly processes?: string;
  readonly began?: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export async function thisProcess(verb: string): Promise<Holder> {
  const [processes, began] = await Promise.all([processTable(), beginning(process.pid)]);
  return {
    verb, pid: process.pid, host: hostname(), user: userName(), since: new Date().toISOString(),
    ...(processes === undefined || began === undefined ? {} : { processes, began }),
  };
}

/** Undefined for what is no record of ours: anybody may have written it. */
export function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const { verb, pid, host, user, since, processes, began } = JSON.parse(text ?? '') as Partial<Record<keyof Holder, unknown>>;
    if (typeof verb !== 'string' || typeof host !== 'string' || typeof user !== 'string' || typeof since !== 'string') return undefined;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
    return { verb, pid, host, user, since, ...(typeof processes === 'string' && typeof began === 'string' ? { processes, began } : {}) };
  } catch {
    return undefined;
  }
}

/** `kindbox resize, pid 4711 of ann on builder, since 2026-11-21 14:02:11 UTC`. */
export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another kindbox';
  const since = new Date(holder.since);
  const when = Number.isNaN(since.getTime()) ? '' : `, since ${since.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `kindbox ${printable(holder.verb)}, pid ${holder.pid} of ${printable(holder.user)} on ${printable(holder.host)}${when}`;
}

/** Whether the process still runs; `unknown` for one of another machine or container. */
export async function livenessOf(holder: Holder | undefined): Promise<Liveness> {
  if (holder?.processes === undefined || holder.processes !== await processTable()) return 'unknown';
  // A number is given out again: only when the process began tells one from the other.
  return await beginning(holder.pid) === holder.began ? 'alive' : 'dead';
}

/** A host's name may be another's too; a pid means something within one boot and one PID namespace only. */
async function processTable(): Promise<string | undefined> {
  try {
    const [boot, namespace] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')]);
    return createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

/** Clock ticks between the boot and the start of a process; undefined when there is none, or only what is left of one. */
async function beginning(pid: number): Promise<string | undefined> {
  try {
    // The second field is a name that may have blanks and brackets in it.
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as containers have them.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
