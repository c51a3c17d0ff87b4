import { access, readFile, statfs } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import type { EngineFacts } from '../provider/engine-facts.js';
import { dotted } from '../nodes/cidr.js';
import type { MachineFacts } from './facts.js';

const DAEMON_JSON = '/etc/docker/daemon.json';
/** As Docker calls them by itself. */
const DOCKER_INTERFACE = /^(docker0|br-[0-9a-f]{12})$/;
/** The second where systemd-resolved stands between; Docker reads both. */
const RESOLVERS = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** Reads what checks of the host want to know of this machine: small files of the kernel, all at once. Never rejects. */
export async function observeMachine(engine: EngineFacts, cgroupVersion: 1 | 2): Promise<MachineFacts> {
  const [inotifyInstances, inotifyWatches, maxKeys, maxKeyBytes, userNamespaceClone, maxUserNamespaces] = await Promise.all([
    number('/proc/sys/fs/inotify/max_user_instances'), number('/proc/sys/fs/inotify/max_user_watches'),
    number('/proc/sys/kernel/keys/maxkeys'), number('/proc/sys/kernel/keys/maxbytes'),
    number('/proc/sys/kernel/unprivileged_userns_clone'), number('/proc/sys/user/max_user_namespaces'),
  ]);
  const [cgroupControllers, disk, memoryAvailable, bridgeNetfilter, filesystems, network, enforce, appArmor, shiftfs, daemonJson, threads, neighbours, nameservers] = await Promise.all([
    controllers(cgroupVersion), diskOf(engine.dataRoot), available(), exists('/proc/sys/net/bridge/bridge-nf-call-iptables'), text('/proc/filesystems'),
    routing(), text('/sys/fs/selinux/enforce'), text('/sys/module/apparmor/parameters/enabled'), exists('/sys/module/shiftfs'), daemonConfiguration(),
    threadsOfKernel(), number('/proc/sys/net/ipv4/neigh/default/gc_thresh3'),
    Promise.all(RESOLVERS.map(text)),
  ]);
  return {
    inotifyInstances, inotifyWatches, maxKeys, maxKeyBytes, userNamespaceClone, maxUserNamespaces,
    cgroupControllers, disk, memoryAvailable, bridgeNetfilter, ...network, shiftfs, daemonJson, threads, neighbours,
    nameservers: parseNameservers(nameservers.join('\n')),
    overlay: filesystems === undefined ? undefined : /\toverlay$/m.test(filesystems),
    selinux: enforce === undefined ? 'disabled' : enforce.trim() === '1' ? 'enforcing' : 'permissive',
    appArmor: appArmor?.trim() === 'Y',
  };
}

/** Those of the whole machine. */
async function controllers(cgroupVersion: 1 | 2): Promise<string[] | undefined> {
  if (cgroupVersion === 2) return (await text('/sys/fs/cgroup/cgroup.controllers'))?.trim().split(/\s+/);
  return (await text('/proc/cgroups'))?.split('\n').filter((line) => /^\w+\t\d+\t\d+\t1$/.test(line)).map((line) => line.split('\t')[0] ?? '');
}

async function diskOf(folder: string): Promise<MachineFacts['disk']> {
  try {
    const { bavail, bsize, ffree, files } = await statfs(folder);
    return { freeBytes: bavail * bsize, freeInodes: ffree, inodes: files };
  } catch {
    return undefined;
  }
}

async function threadsOfKernel(): Promise<MachineFacts['threads']> {
  const [ids, most, load] = await Promise.all([number('/proc/sys/kernel/pid_max'), number('/proc/sys/kernel/threads-max'), text('/proc/loadavg')]);
  const now = Number(/ \d+\/(\d+) /.exec(load ?? '')?.[1] ?? Number.NaN);
  return ids === undefined || most === undefined || Number.isNaN(now) ? undefined : { most: Math.min(ids, most), now };
}

async function available(): Promise<number | undefined> {
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(await text('/proc/meminfo') ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

async function routing(): Promise<Pick<MachineFacts, 'uplink' | 'routes' | 'dockerRoutes'>> {
  const { routes, dockerRoutes, defaultInterface } = parseRoutes(await text('/proc/net/route') ?? '');
  const mtu = defaultInterface === undefined ? undefined : await number(`/sys/class/net/${defaultInterface}/mtu`);
  return { routes, dockerRoutes, uplink: defaultInterface === undefined || mtu === undefined ? undefined : { name: defaultInterface, mtu } };
}

/** The kernel writes addresses as hexadecimal numbers in the byte order of the machine, which is little-endian on all of ours. */
export function parseRoutes(table: string): { routes: string[]; dockerRoutes: string[]; defaultInterface: string | undefined } {
  const rows = table.split('\n').slice(1).map((line) => line.trim().split(/\s+/)).filter((cells) => cells.length >= 8);
  const parsed = rows.map((cells) => ({ name: cells[0] ?? '', address: littleEndian(cells[1] ?? ''), bits: prefixLength(littleEndian(cells[7] ?? '')) }));
  const ranges = (rows: typeof parsed): string[] => rows.filter(({ bits }) => bits > 0).map(({ address, bits }) => `${dotted(address)}/${bits}`);
  return {
    routes: ranges(parsed),
    dockerRoutes: ranges(parsed.filter(({ name }) => DOCKER_INTERFACE.test(name))),
    defaultInterface: parsed.find(({ bits }) => bits === 0)?.name,
  };
}

/** Not those of this machine itself. */
export function parseNameservers(resolvers: string): string[] {
  const named = [...resolvers.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
  return [...new Set(named.filter((address) => isIPv4(address) && !address.startsWith('127.')))];
}

function littleEndian(hex: string): number {
  return hex.padStart(8, '0').match(/../g)?.reduceRight((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0) ?? 0;
}

function prefixLength(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}

async function daemonConfiguration(): Promise<MachineFacts['daemonJson']> {
  try {
    return JSON.parse(await readFile(DAEMON_JSON, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unreadable';
  }
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function number(path: string): Promise<number | undefined> {
  const value = Number.parseInt(await text(path) ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
