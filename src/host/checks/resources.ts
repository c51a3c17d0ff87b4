import { SYSBOX_RUNTIME } from '../runtime-check.js';
import { unknown, type HostCheck, type Judgement } from '../finding.js';

const MB = 1e6;
/** Measured on v1.36: of the control plane with its pods, and of each worker; the rest is for pods, and for the host itself. */
const INOTIFY = { host: 20, controlPlane: 30, worker: 15 };
const WATCHES = { host: 4096, node: 1024 };
/** Measured with the pods of the system and the containers' shims: 190 and 90 to 150. */
const THREADS = { controlPlane: 250, worker: 150 };
/** Kernel keys: measured on Sysbox, with two pods a worker. Each takes about 50 bytes of its user's quota. */
const KEYS = { controlPlane: 35, worker: 27, bytes: 60 };
const DISK = { controlPlane: 400 * MB, worker: 50 * MB, hopeless: 100 * MB };
const MEMORY = { controlPlane: 600 * MB, worker: 130 * MB };
/** Recommended wherever a sysctl has to be set anyway. */
const GENEROUS = 1_048_576;

export const resourceChecks: readonly HostCheck[] = [
  {
    id: 'inotify-instances', title: 'inotify instances',
    judge: ({ machine }, { nodes }) => limit(machine?.inotifyInstances, INOTIFY.host + INOTIFY.controlPlane + INOTIFY.worker * (nodes - 1), {
      because: (found) => `${found} inotify instances a user are too few for ${inNodes(nodes)}: services in them fail with "too many open files".`,
      sysctl: 'fs.inotify.max_user_instances',
    }),
  },
  {
    id: 'inotify-watches', title: 'inotify watches',
    judge: ({ machine }, { nodes }) => limit(machine?.inotifyWatches, WATCHES.host + WATCHES.node * nodes, {
      because: (found) => `${found} inotify watches a user are too few for ${inNodes(nodes)}: services in them fail with "no space left on device".`,
      sysctl: 'fs.inotify.max_user_watches',
    }),
  },
  {
    id: 'threads', title: 'Threads',
    judge: ({ machine }, { nodes }) => {
      const needed = THREADS.controlPlane + THREADS.worker * (nodes - 1);
      const wanted = `${needed} more, without those of pods`;
      if (machine?.threads === undefined) return unknown(wanted);
      const { most, now } = machine.threads;
      const found = `${now} of ${most}`;
      if (most - now >= needed) return { verdict: 'ok', found, wanted };
      return {
        verdict: 'warning', found, wanted, because: `The kernel has numbers for ${most - now} threads more, which are too few for ${inNodes(nodes)}: processes in them fail with "resource temporarily unavailable".`,
        next: ['sudo sysctl kernel.pid_max=4194304 kernel.threads-max=4194304', 'Write it into a file in /etc/sysctl.d to keep it'],
      };
    },
  },
  {
    id: 'neighbours', title: 'Neighbour table',
    judge: ({ machine }, { nodes }) => limit(machine?.neighbours, nodes * (nodes - 1), {
      because: (found) => `If ${inNodes(nodes)} all talk to each other, a table of ${found} neighbours is too small: the kernel says "neighbour table overflow", and packets are lost.`,
      sysctl: 'net.ipv4.neigh.default.gc_thresh3',
    }),
  },
  {
    id: 'kernel-keys', title: 'Kernel keys',
    judge: ({ machine }, { runtime, nodes }) => {
      // Root, as whom containers of other runtimes run, has a quota of a million.
      if (runtime !== SYSBOX_RUNTIME) return undefined;
      const keys = KEYS.controlPlane + KEYS.worker * (nodes - 1);
      const because = (found: number): string => `A quota of ${found} for kernel keys is too small for ${inNodes(nodes)}: pods fail to start with "disk quota exceeded".`;
      const ofKeys = limit(machine?.maxKeys, keys, { because, sysctl: 'kernel.keys.maxkeys' });
      if (ofKeys.verdict !== 'ok') return ofKeys;
      return limit(machine?.maxKeyBytes, keys * KEYS.bytes, { because, sysctl: 'kernel.keys.maxbytes', unit: 'bytes' });
    },
  },
  {
    id: 'disk', title: 'Disk of Docker',
    judge: ({ engine, machine }, { nodes }) => {
      const needed = DISK.controlPlane + DISK.worker * (nodes - 1);
      const wanted = `${megabytes(needed)} free, and 5 % of the inodes`;
      const disk = machine?.disk;
      if (engine === undefined || disk === undefined) return unknown(wanted);
      const found = `${megabytes(disk.freeBytes)} free below ${engine.dataRoot}`;
      const next = ['docker system df', `df -h ${engine.dataRoot}`, 'docker image prune'];
      if (disk.freeBytes < DISK.hopeless) return { verdict: 'failure', found, wanted, because: `The disk of Docker's data is full: etcd alone allocates more than the ${megabytes(disk.freeBytes)} that are left.`, next };
      if (disk.freeBytes < needed) return { verdict: 'warning', found, wanted, because: `${megabytes(disk.freeBytes)} on the disk of Docker's data may not be enough for ${inNodes(nodes)}.`, next };
      // Some file systems make inodes as they need them, and count none.
      if (disk.inodes > 0 && disk.freeInodes < disk.inodes / 20) return { verdict: 'warning', found: `${disk.freeInodes} inodes free`, wanted, because: 'The file system of Docker\'s data has hardly an inode left.', next: [`df -i ${engine.dataRoot}`, ...next] };
      return { verdict: 'ok', found, wanted };
    },
  },
  {
    id: 'memory', title: 'Memory',
    judge: ({ host, machine }, { nodes }) => {
      const needed = MEMORY.controlPlane + MEMORY.worker * (nodes - 1);
      const wanted = `${megabytes(needed)} for ${inNodes(nodes)}, without their pods`;
      const bytes = machine?.memoryAvailable ?? host.memoryBytes;
      if (bytes === 0) return unknown(wanted, 'unknown: the engine does not say');
      const found = `${megabytes(bytes)}${machine?.memoryAvailable === undefined ? ' in all' : ' available'}`;
      if (bytes >= needed) return { verdict: 'ok', found, wanted };
      return { verdict: 'warning', found, wanted, because: `${megabytes(bytes)} of memory are little for ${inNodes(nodes)}: the kernel may kill the API server.`, next: ['free -h', 'docker stats --no-stream', 'Create fewer workers'] };
    },
  },
  {
    id: 'processors', title: 'Processors', onlyInDoctor: true,
    judge: ({ host }) => {
      const wanted = '2 or more';
      if (host.cpus === 0) return unknown(wanted, 'unknown: the engine does not say');
      if (host.cpus >= 2) return { verdict: 'ok', found: String(host.cpus), wanted };
      return { verdict: 'warning', found: String(host.cpus), wanted, because: 'On one processor a control plane may miss the deadlines of its own parts while it starts.', next: ['Give longer times with --wait'] };
    },
  },
];

function limit(found: number | undefined, needed: number, texts: { because: (found: number) => string; sysctl: string; unit?: string }): Judgement {
  const unit = texts.unit === undefined ? '' : ` ${texts.unit}`;
  const wanted = `${needed}${unit} or more`;
  if (found === undefined) return unknown(wanted);
  if (found >= needed) return { verdict: 'ok', found: `${found}${unit}`, wanted };
  return { verdict: 'warning', found: `${found}${unit}`, wanted, because: texts.because(found), next: [`sudo sysctl ${texts.sysctl}=${Math.max(GENEROUS, needed)}`, 'Write it into a file in /etc/sysctl.d to keep it'] };
}

function inNodes(nodes: number): string {
  return nodes === 1 ? 'a node' : `${nodes} nodes`;
}

function megabytes(bytes: number): string {
  return bytes >= 10_000 * MB ? `${Math.round(bytes / 1e9)} GB` : `${Math.round(bytes / MB)} MB`;
}
