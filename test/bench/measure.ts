import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Contestant } from './contestant.js';
import type { NodeFigures } from './engine.js';

const OBSERVER = fileURLToPath(new URL('observer.mjs', import.meta.url));

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
    const containers = await contestant.nodes(cluster);
    const { readyAt, dnsAt } = await observe(contestant, containers[0] ?? '', nodes);
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

async function observe({ engine }: Contestant, controlPlane: string, nodes: number): Promise<{ readyAt: number; dnsAt: number }> {
  const [pid, input] = await Promise.all([engine.pidOf(controlPlane), engine.docker(['exec', controlPlane, 'cat', '/etc/kubernetes/admin.conf'])]);
  const server = await localServer(engine, controlPlane, input);
  const { stdout } = await execa('nsenter', [`--net=/proc/${pid}/ns/net`, '--', process.execPath, OBSERVER, String(nodes)], { input: server });
  return JSON.parse(stdout) as { readyAt: number; dnsAt: number };
}

/** kind names its API server by a host name that only its containers know. */
async function localServer(engine: Contestant['engine'], controlPlane: string, adminConfig: string): Promise<string> {
  const address = (await engine.docker(['container', 'inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', controlPlane])).trim();
  return adminConfig.replace(/server: .*/, `server: https://${address}:6443`);
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = Date.now();
  await action();
  return Date.now() - startedAt;
}
