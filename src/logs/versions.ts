import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../images/package-root.js';
import { IMAGE_LABELS } from '../nodes/labels.js';
import type { ObservedNode } from '../provider/types.js';
import type { Bundled } from './bundle-plan.js';
import { scrubbedJson } from './scrub.js';
import { reasonOf, type Reading } from './sources.js';

const PROGRAMS = [['kubelet', '--version'], ['containerd', '--version'], ['runc', '--version'], ['docker', '--version'], ['uname', '--all']] as const;

/** What runs where, as JSON. `because`: why some of it is not known. */
export async function versionsOf(cluster: Bundled, reading: Reading): Promise<{ versions: string; because?: string }> {
  const problems: string[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (error) {
      problems.push(reasonOf(error));
      return null;
    }
  };
  const [kindbox, engine, nodes] = await Promise.all([
    attempt(ownVersion()),
    attempt(reading.provider.describeEngine(reading.signal)),
    Promise.all(cluster.nodes.map((node) => attempt(nodeVersions(node, reading)))),
  ]);
  const client = { platform: process.platform, architecture: process.arch, kernel: os.release(), system: os.version() };
  const versions = scrubbedJson({ kindbox, node: process.version, client, engine, nodes: nodes.filter((each) => each !== null) }, reading.known);
  return problems[0] === undefined ? { versions } : { versions, because: problems[0] };
}

async function ownVersion(): Promise<unknown> {
  const manifest = JSON.parse(await readFile(path.join(packageRoot(), 'package.json'), 'utf8')) as { version?: unknown };
  return manifest.version;
}

async function nodeVersions(node: ObservedNode, { provider, signal }: Reading): Promise<object> {
  const { name, image, state, labels } = node;
  if (state !== 'running') return { name, image, state };
  const programs = await Promise.all(PROGRAMS.map(async (argv) => {
    // Not every image has them all.
    const result = await provider.exec(node.id, argv, { signal, timeoutMs: 30_000 }).catch(() => undefined);
    return [argv[0], result?.exitCode === 0 ? result.stdout.trim() : null] as const;
  }));
  return { name, image, state, layout: labels[IMAGE_LABELS.layout], contentHash: labels[IMAGE_LABELS.contentHash], ...Object.fromEntries(programs) };
}
