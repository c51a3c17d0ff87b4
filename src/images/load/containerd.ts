import type { Readable } from 'node:stream';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import { tail } from '../../nodes/node-failure.js';
import type { NodeProvider } from '../../provider/provider.js';
import type { ArchivedImage } from '../archive/contents.js';
import type { TargetNode } from './targets.js';

const CTR = ['ctr', '--namespace', 'k8s.io', 'images'];

/** Digests of manifests or indexes, by the names that a node has for them. */
export type NodeImages = ReadonlyMap<string, string>;

type Executor = Pick<NodeProvider, 'exec'>;

export async function imagesOf(provider: Executor, node: TargetNode, signal: AbortSignal): Promise<NodeImages> {
  const { exitCode, stdout, stderr } = await provider.exec(node.id, [...CTR, 'list'], { signal });
  if (exitCode !== 0) throw failure(node, 'does not tell what images it has', stderr);
  // REF TYPE DIGEST ..., after a line of titles.
  return new Map(stdout.split('\n').slice(1).flatMap((line) => {
    const [name, , digest] = line.split(/\s+/);
    return name === undefined || digest === undefined ? [] : [[name, digest]];
  }));
}

/**
 * Whether a node has that very image under its name. The CRI plugin keeps each image a second time under the digest
 * of its configuration, which is what Docker calls the image's id; Docker's containerd store calls the manifest so.
 */
export function has(images: NodeImages, { name, id, target }: ArchivedImage): boolean {
  const digest = images.get(name);
  if (digest === undefined) return false;
  return digest === target || (id !== undefined && (digest === id || digest === images.get(id)));
}

/**
 * Imports what the platform needs and no more: `--all-platforms` fails on archives of Docker's containerd store, whose
 * index names platforms that it does not have (kind#3795).
 */
export async function importInto(provider: Executor, node: TargetNode, archive: Readable, platform: string, signal: AbortSignal): Promise<void> {
  try {
    const { exitCode, stderr, stdout } = await provider.exec(node.id, [...CTR, 'import', '--local', '--platform', platform, '-'], { signal, stdin: archive });
    if (exitCode !== 0) throw failure(node, 'could not import the images', stderr === '' ? stdout : stderr);
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof KindboxError) throw error;
    throw new KindboxError('The images could not be read to their end', { reason: 'image', because: error instanceof Error ? error.message : String(error), cause: error });
  } finally {
    // Also when the command never began: other nodes wait for every reader of the stream.
    archive.destroy();
  }
}

function failure(node: TargetNode, what: string, log: string): KindboxError {
  const full = /no space left on device/i.test(log);
  return new KindboxError(`The node ${node.name} ${what}`, {
    reason: 'cluster', logTail: tail(log), because: full ? 'The disk is full.' : 'Its containerd refused.',
    next: [full ? 'docker system df' : `docker exec ${node.name} journalctl --unit containerd --lines 30`],
  });
}
