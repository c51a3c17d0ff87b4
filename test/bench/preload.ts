import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { ensureProbeImage } from '../support/probe-image.js';
import type { Contestant } from './contestant.js';
import type { Engine } from './engine.js';

const MIB = 1024 * 1024;
const SIZE_MIB = 300;

/** What one image of pods costs, in bytes. */
export interface PreloadRow {
  readonly way: 'not preloaded' | 'image preload' | 'image commit';
  /** Of the node image, beside the one that it was made of: once a machine. */
  readonly imageBytes: number;
  /** Of each node, the control plane first, once a pod of the image runs on it. */
  readonly nodeBytes: readonly number[];
}

export interface PreloadBench {
  readonly engine: Engine;
  readonly runtime: string;
  readonly workers: number;
  readonly nodeImage: string;
  readonly kindbox: (...argv: string[]) => Promise<string>;
  readonly contestantOf: (image: string) => Promise<Contestant>;
}

/** An image with 300 MiB that nothing can compress, put into a node image in both ways; then a cluster of each, with a pod of it on every node. */
export async function measurePreload(bench: PreloadBench): Promise<PreloadRow[]> {
  const { engine, nodeImage, kindbox } = bench;
  const id = `kbb${randomBytes(3).toString('hex')}`;
  const filler = `kindbox-bench/${id}:v1`;
  const made = { preload: `kindbox-bench/${id}-preloaded:v1`, commit: `kindbox-bench/${id}-committed:v1` };
  const node = `${id}-source`;
  try {
    await commitFiller(engine, filler);
    await kindbox('image', 'preload', '-t', made.preload, '--image', filler, '--from-node', nodeImage);
    await kindbox('node', 'run', '--name', node, '--image', nodeImage, `--runtime=${bench.runtime}`);
    await kindbox('load', 'image', filler, '--nodes', node);
    await kindbox('image', 'commit', node, '-t', made.commit, '--rm');
    const base = await imageBytes(engine, nodeImage);
    const rows: PreloadRow[] = [];
    for (const [way, image, pod] of [['not preloaded', nodeImage, undefined], ['image preload', made.preload, filler], ['image commit', made.commit, filler]] as const) {
      rows.push({ way, imageBytes: await imageBytes(engine, image) - base, nodeBytes: await nodesOf(bench, `${id}${rows.length}`, image, pod) });
    }
    return rows;
  } finally {
    await engine.docker(['rm', '--force', '--volumes', node]).catch(() => undefined);
    for (const image of [...Object.values(made), filler]) await engine.docker(['image', 'rm', image]).catch(() => undefined);
  }
}

/** Markdown. */
export function preloadTable(rows: readonly PreloadRow[]): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const worker = (row: PreloadRow): number => sum(row.nodeBytes.slice(1)) / Math.max(1, row.nodeBytes.length - 1);
  const reference = rows[0];
  const nodes = reference?.nodeBytes.length ?? 0;
  const lines = [
    [`300 MiB in a pod on each of ${nodes} nodes`, 'node image grows by', 'disk of a worker', 'beside not preloaded', 'disk of all nodes'], ['---', '---:', '---:', '---:', '---:'],
    ...rows.map((row) => [row.way, megabytes(row.imageBytes), megabytes(worker(row)), reference === undefined ? '-' : megabytes(worker(row) - worker(reference)), megabytes(sum(row.nodeBytes))]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function nodesOf(bench: PreloadBench, cluster: string, image: string, pod: string | undefined): Promise<number[]> {
  const { engine } = bench;
  const contestant = await bench.contestantOf(image);
  await contestant.create(cluster, bench.workers);
  try {
    const nodes = await contestant.nodes(cluster);
    // Without the image, pods of one that every node has: what a pod costs by itself is in all.
    await runEverywhere(engine, nodes, pod === undefined ? await pauseImage(engine, nodes[0] ?? '') : `docker.io/${pod}`);
    return (await Promise.all(nodes.map((node) => engine.figuresOf(node)))).map(({ diskBytes }) => diskBytes);
  } finally {
    await contestant.destroy(cluster);
    await contestant.close();
  }
}

async function runEverywhere(engine: Engine, nodes: readonly string[], image: string): Promise<void> {
  const master = nodes[0] ?? '';
  const labels = { app: 'filler' };
  const spec = { containers: [{ name: 'filler', image, imagePullPolicy: 'Never' }], tolerations: [{ operator: 'Exists' }] };
  const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'filler' }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } };
  await engine.docker(['exec', '--interactive', master, 'kubectl', 'apply', '--filename=-'], JSON.stringify(daemonSet));
  await eventually(async () => {
    const ready = await engine.docker(['exec', master, 'kubectl', 'get', 'daemonset', 'filler', '--output=jsonpath={.status.numberReady}']);
    if (Number(ready) !== nodes.length) throw new Error(`${ready} of ${nodes.length} pods are ready`);
  }, 300_000);
}

async function pauseImage(engine: Engine, node: string): Promise<string> {
  const images = await engine.docker(['exec', node, 'ctr', '--namespace=k8s.io', 'images', 'list', '--quiet']);
  const found = images.split('\n').find((name) => name.includes('/pause:'));
  if (found === undefined) throw new Error('no image called pause in the node');
  return found;
}

async function commitFiller(engine: Engine, reference: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kindbox-bench-filler-'));
  const container = (await engine.docker(['create', '--network=none', await ensureProbeImage()])).trim();
  try {
    const file = await open(join(folder, 'filler'), 'w');
    for (let written = 0; written < SIZE_MIB; written += 1) await file.write(randomBytes(MIB));
    await file.close();
    await engine.docker(['cp', join(folder, 'filler'), `${container}:/filler`]);
    await engine.docker(['commit', container, reference]);
  } finally {
    await engine.docker(['rm', '--force', container]);
    await rm(folder, { recursive: true });
  }
}

async function imageBytes(engine: Engine, reference: string): Promise<number> {
  return Number(await engine.docker(['image', 'inspect', '--format', '{{.Size}}', reference]));
}
