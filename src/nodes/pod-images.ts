import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KindboxError } from '../errors/index.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ObservedNode } from '../provider/types.js';
import { containerRuntime } from './container-runtime.js';
import { LABELS } from './labels.js';
import { execWhileRunning, tail } from './node-failure.js';

/** Names of the pod images that a node has, as its container runtime tells them. */
export async function podImages(provider: NodeProvider, node: ObservedNode, signal: AbortSignal): Promise<Set<string>> {
  const { title, listImages } = containerRuntime(node.labels[LABELS.cri]);
  const result = await provider.exec(node.id, listImages, { signal });
  if (result.exitCode === 0) return new Set(result.stdout.split('\n').filter((name) => name !== ''));
  throw new KindboxError(`${title} on ${node.name} does not tell its images`, { reason: 'cluster', logTail: tail(result.stderr), next: ['kindbox list'] });
}

/**
 * Copies pod images from one node to another. The archive is read to its end before it is taken in: Docker drops what nobody
 * has read two seconds after a command has ended (ProcessEvent in moby's daemon/monitor.go), and importing is slower than that.
 * @throws KindboxError cluster.
 */
export async function copyPodImages(provider: NodeProvider, from: ObservedNode, to: ObservedNode, names: readonly string[], signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kindbox-images-'));
  try {
    const file = join(folder, 'archive.tar');
    const archive = await provider.openStream(from.id, [...containerRuntime(from.labels[LABELS.cri]).exportImages, ...names], signal);
    await pipeline(archive, createWriteStream(file));
    const result = await execWhileRunning(provider, to, containerRuntime(to.labels[LABELS.cri]).importImages, { signal, stdin: createReadStream(file) });
    if (result.exitCode === 0) return;
    throw new KindboxError(`${to.name} did not take the images of ${from.name}`, { reason: 'cluster', logTail: tail(result.stderr), next: ['kindbox list'] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
