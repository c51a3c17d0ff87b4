import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import type { ObservedNode } from '../provider/types.js';

/** Milliseconds. A failure is told that much later at most. */
const TIME_LIMIT = 5000;
/** Bytes. A file system with less is full for all that Kubernetes does. */
const FULL = 30e6;
/** Where a node writes: its root is on the disk of the engine's data, and so are its volumes as a rule. */
const LOOKED_AT = ['/', '/var/lib/kubelet', '/var/lib/containerd'];

interface HostCause {
  readonly because: string;
  readonly next: readonly string[];
}

/**
 * What a host lacks of which Kubernetes only tells the consequences: a server that does not answer was killed by the kernel, or
 * cannot write. Asked of the nodes of a run that has failed, while they are there. Never rejects.
 */
export async function hostCauses(context: EngineContext, cluster: string, run: string): Promise<HostCause[]> {
  if (context.signal.aborted) return [];
  const signal = AbortSignal.timeout(TIME_LIMIT);
  try {
    const nodes = await context.provider.listNodes({ cluster, run }, signal);
    const causes = await Promise.all([outOfMemory(context, cluster, nodes, signal), fullDisk(context, nodes, signal)]);
    return causes.flatMap((cause) => cause ?? []);
  } catch {
    return [];
  }
}

/** The same failure, with what lies behind it before its own explanation. */
export function withHostCauses(error: unknown, causes: readonly HostCause[]): unknown {
  if (causes.length === 0 || !(error instanceof KindboxError)) return error;
  return error.with({
    next: [...causes.flatMap((one) => one.next), ...error.next],
    because: [...causes.map((one) => one.because), ...(error.because === undefined ? [] : [error.because])].join(' '),
  });
}

async function outOfMemory({ provider }: EngineContext, cluster: string, nodes: readonly ObservedNode[], signal: AbortSignal): Promise<HostCause | undefined> {
  if (nodes.length === 0) return undefined;
  const since = Math.min(...nodes.map(({ createdAt }) => createdAt));
  const past = await provider.pastEvents({ cluster, networkIds: [], volumeIds: [], since }, signal).catch(() => undefined);
  const there = new Set(nodes.map(({ name }) => name));
  const names = [...new Set(past?.outOfMemory ?? [])].filter((name) => there.has(name)).sort();
  if (names.length === 0) return undefined;
  return { because: `The kernel has killed processes in ${names.join(', ')}: out of memory.`, next: ['Give nodes more memory, or make fewer of them', 'docker stats --no-stream'] };
}

async function fullDisk({ provider }: EngineContext, nodes: readonly ObservedNode[], signal: AbortSignal): Promise<HostCause | undefined> {
  const looks = await Promise.all(nodes.map(async ({ id, name }) => {
    const result = await provider.exec(id, ['df', '--block-size=1', '--output=avail', ...LOOKED_AT], { signal }).catch(() => undefined);
    // The first line is a heading.
    const free = (result?.stdout ?? '').split('\n').slice(1).map((line) => line.trim()).filter((line) => /^\d+$/.test(line)).map(Number);
    return { name, free: Math.min(...free) };
  }));
  const names = looks.filter(({ free }) => free < FULL).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { because: `The disk is full on which ${names.join(', ')} write.`, next: ['docker system df', 'df -h "$(docker info --format \'{{.DockerRootDir}}\')"', 'docker image prune'] };
}
