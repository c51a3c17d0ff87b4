import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import type { Engine } from './engine.js';

/** What clusters could leave behind on a machine, and what its daemons hold. */
export interface MachineCounts {
  /** Of Docker, with the cluster's label. */
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
  /** Of the whole machine, with whatever else runs there. */
  readonly mounts: number;
  readonly interfaces: number;
  readonly networkNamespaces: number;
  /** Of dockerd, containerd and their shims together. */
  readonly daemonFiles: number;
  readonly daemonThreads: number;
  /** Bytes that dockerd and containerd keep resident, without the files that they map. */
  readonly daemonMemory: number;
}

const DAEMONS = /^(dockerd|containerd|containerd-shim)/;

/** Long enough for dockerd and containerd to close the connections between them that a cluster's end has left idle. */
const SETTLING_MS = 5_000;
const LOOK_EVERY_MS = 500;

/** The least of each that is seen within some seconds: a daemon tidies up in its own time. */
export async function settledCounts(engine: Engine, cluster: string): Promise<MachineCounts> {
  const until = Date.now() + SETTLING_MS;
  let least = await countMachine(engine, cluster);
  while (Date.now() < until) {
    await setTimeout(LOOK_EVERY_MS);
    least = lesserOf(least, await countMachine(engine, cluster));
  }
  return least;
}

function lesserOf(one: MachineCounts, other: MachineCounts): MachineCounts {
  return Object.fromEntries(Object.entries(one).map(([key, count]) => [key, Math.min(count, other[key as keyof MachineCounts])])) as unknown as MachineCounts;
}

async function countMachine(engine: Engine, cluster: string): Promise<MachineCounts> {
  const label = ['--quiet', '--filter', `label=dev.kindbox.cluster=${cluster}`];
  const lines = async (...argv: string[]): Promise<number> => linesOf(await engine.docker(argv));
  const [containers, networks, volumes, mounts, interfaces, namespaces, daemons] = await Promise.all([
    lines('ps', '--all', ...label), lines('network', 'ls', ...label), lines('volume', 'ls', ...label),
    readFile('/proc/1/mountinfo', 'utf8').then(linesOf), readdir('/sys/class/net'), execa('lsns', ['--type=net', '--noheadings', '--output=NS']), daemonsOfMachine(),
  ]);
  const sum = (pick: (daemon: Daemon) => number): number => daemons.reduce((total, daemon) => total + pick(daemon), 0);
  return {
    containers, networks, volumes, mounts, interfaces: interfaces.length, networkNamespaces: linesOf(namespaces.stdout),
    daemonFiles: sum(({ files }) => files), daemonThreads: sum(({ threads }) => threads), daemonMemory: sum(({ name, memory }) => (name.includes('shim') ? 0 : memory)),
  };
}

interface Daemon {
  readonly name: string;
  readonly files: number;
  readonly threads: number;
  readonly memory: number;
}

/** Those of the host: a node has a containerd as well, in a PID namespace of its own. */
async function daemonsOfMachine(): Promise<Daemon[]> {
  const own = await namespaceOf('self');
  const found = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => daemonOf(pid, own).catch(() => undefined)));
  return found.filter((daemon) => daemon !== undefined);
}

async function daemonOf(pid: string, ownNamespace: string): Promise<Daemon | undefined> {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  if (!DAEMONS.test(name) || await namespaceOf(pid) !== ownNamespace) return undefined;
  const [status, files] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)]);
  const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { name, files: files.length, threads: field('Threads'), memory: field('RssAnon') * 1024 };
}

async function namespaceOf(pid: string): Promise<string> {
  return readlink(`/proc/${pid}/ns/pid`);
}

function linesOf(text: string): number {
  return text.split('\n').filter((line) => line !== '').length;
}
