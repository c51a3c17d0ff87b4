import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
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

/** Under load a daemon loses parts of a stream now and then, and containerd an image that it is giving out. */
const ATTEMPTS = 4;
/** Bytes. Behind a whole archive there are many more zeros (see container-runtime.ts), of which Docker may lose some. */
const ZEROS_AT_LEAST = 64 * 1024;

/**
 * Copies pod images from one node to another. The archive is read to its end before it is taken in: Docker drops what nobody
 * has read two seconds after a command has ended (ProcessEvent in moby's daemon/monitor.go), and importing is slower than that.
 * @throws KindboxError cluster.
 */
export async function copyPodImages(provider: NodeProvider, from: ObservedNode, to: ObservedNode, names: readonly string[], signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kindbox-images-'));
  const file = join(folder, 'archive.tar');
  try {
    for (let attempt = 1; ; attempt += 1) {
      const archive = await provider.openStream(from.id, [...containerRuntime(from.labels[LABELS.cri]).exportImages, ...names], signal);
      await pipeline(archive, createWriteStream(file));
      const failure = await isWhole(file) ? await importInto(provider, to, file, signal) : `${from.name} gave an archive that breaks off`;
      if (failure === undefined) return;
      if (attempt < ATTEMPTS) continue;
      throw new KindboxError(`${to.name} did not take the images of ${from.name}`, { reason: 'cluster', logTail: failure, next: ['kindbox list'] });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns what the container runtime said when it failed */
async function importInto(provider: NodeProvider, node: ObservedNode, file: string, signal: AbortSignal): Promise<string | undefined> {
  const { importImages } = containerRuntime(node.labels[LABELS.cri]);
  const result = await execWhileRunning(provider, node, importImages, { signal, stdin: createReadStream(file) });
  return result.exitCode === 0 ? undefined : tail(result.stderr);
}

/** The zeros are written only when the export has succeeded, and are the first that is lost. */
async function isWhole(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size < ZEROS_AT_LEAST) return false;
    const { buffer } = await handle.read(Buffer.alloc(ZEROS_AT_LEAST), 0, ZEROS_AT_LEAST, size - ZEROS_AT_LEAST);
    return buffer.every((byte) => byte === 0);
  } finally {
    await handle.close();
  }
}
