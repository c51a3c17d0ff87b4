import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parse } from 'yaml';
import type { Contestant } from './contestant.js';
import type { NodeFigures } from './engine.js';

const OBSERVER = fileURLToPath(new URL('observer.mjs', import.meta.url));

interface AdminConfig {
  readonly clusters: readonly [{ readonly cluster: object }];
  readonly users: readonly [{ readonly user: object }];
}

/** Times are milliseconds since the command was started. */
export interface Run {
  readonly contestant: string;
  readonly nodes: number;
  readonly returnedMs: number;
  readonly readyMs: number;
  readonly dnsMs: number;
  readonly destroyedMs: number;
  readonly grownMs?: number;
  readonly shrunkMs?: number;
  readonly figures: readonly NodeFigures[];
}

export interface Resizes {
  readonly from: number;
  readonly to: number;
}

/** Makes a cluster, waits until it serves, measures it, and takes it away. */
export async function measureCluster(contestant: Contestant, cluster: string, nodes: number, resizes?: Resizes): Promise<Run> {
  const startedAt = Date.now();
  await contestant.create(cluster, nodes - 1);
  let destroyed = false;
  try {
    const returnedMs = Date.now() - startedAt;
    const { readyAt, dnsAt } = await observe(contestant, contestant.controlPlane(cluster), nodes);
    const containers = await contestant.nodes(cluster);
    const figures = await Promise.all(containers.map((node) => contestant.engine.figuresOf(node)));
    const resized = resizes === undefined || contestant.resize === undefined ? {} : await measureResizes(contestant, cluster, resizes);
    const destroyedMs = await timed(() => contestant.destroy(cluster));
    destroyed = true;
    return { contestant: contestant.name, nodes, returnedMs, readyMs: readyAt - startedAt, dnsMs: dnsAt - startedAt, destroyedMs, ...resized, figures };
  } finally {
    if (!destroyed) await contestant.destroy(cluster);
  }
}

async function measureResizes({ resize }: Contestant, cluster: string, { from, to }: Resizes): Promise<Pick<Run, 'grownMs' | 'shrunkMs'>> {
  await resize?.(cluster, from);
  const grownMs = await timed(async () => resize?.(cluster, to));
  return { grownMs, shrunkMs: await timed(async () => resize?.(cluster, from)) };
}

/** What is Ready when a command returns is to be seen at once: nothing is asked of a container that the machine itself can tell. */
async function observe({ engine }: Contestant, controlPlane: string, nodes: number): Promise<{ readyAt: number; dnsAt: number }> {
  const { pid, addresses: [address = ''] } = await engine.placeOf(controlPlane);
  const config = parse(await readFile(`/proc/${pid}/root/etc/kubernetes/admin.conf`, 'utf8')) as AdminConfig;
  // kind names its API server by a host name that only its containers know.
  const input = { ...config.clusters[0].cluster, ...config.users[0].user, server: `https://${address}:6443`, nodes };
  const { stdout } = await execa('nsenter', [`--net=/proc/${pid}/ns/net`, '--', process.execPath, OBSERVER], { input: JSON.stringify(input) });
  return JSON.parse(stdout) as { readyAt: number; dnsAt: number };
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = Date.now();
  await action();
  return Date.now() - startedAt;
}
