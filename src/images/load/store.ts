import type { Readable } from 'node:stream';
import { KindboxError, messageOf, throwIfCancelled } from '../../errors/index.js';
import { containerRuntime, CTR_IMAGES, serviceOf, type CriName } from '../../nodes/container-runtime.js';
import { tail } from '../../nodes/node-failure.js';
import type { NodeProvider } from '../../provider/provider.js';
import type { ArchivedImage } from '../archive/contents.js';
import { canonicalName } from '../references.js';
import type { TargetNode } from './targets.js';

/** Digests of manifests or indexes, or where Docker holds the images their ids, by the names that pods use. */
export type NodeImages = ReadonlyMap<string, string>;

/** How the container runtime of a node is asked for images, and given some. */
interface ImageStore {
  readonly list: readonly string[];
  readonly parse: (listed: string) => [name: string, digest: string][];
  /** Reads an archive from stdin. */
  readonly import: (platform: string) => readonly string[];
}

const STORES: Readonly<Record<CriName, ImageStore>> = {
  containerd: {
    list: [...CTR_IMAGES, 'list'],
    // REF TYPE DIGEST ..., after a line of titles.
    parse: (listed) => listed.split('\n').slice(1).flatMap((line) => {
      const [name, , digest] = line.split(/\s+/);
      return name === undefined || digest === undefined ? [] : [[name, digest]];
    }),
    // What the platform needs and no more: `--all-platforms` fails on archives of Docker's containerd store, whose index
    // names platforms that it does not have (kind#3795).
    import: (platform) => [...CTR_IMAGES, 'import', '--local', '--platform', platform, '-'],
  },
  docker: {
    list: ['docker', 'image', 'ls', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}'],
    parse: (listed) => listed.split('\n').flatMap((line) => {
      const [name, id] = line.split(' ');
      return name === undefined || id === undefined ? [] : [[canonicalName(name), id]];
    }),
    import: () => containerRuntime('docker').importImages,
  },
};

type Executor = Pick<NodeProvider, 'exec'>;

export async function imagesOf(provider: Executor, node: TargetNode, signal: AbortSignal): Promise<NodeImages> {
  const { exitCode, stdout, stderr } = await provider.exec(node.id, STORES[node.cri].list, { signal });
  if (exitCode !== 0) throw failure(node, 'does not tell what images it has', stderr);
  return new Map(STORES[node.cri].parse(stdout));
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

export async function importInto(provider: Executor, node: TargetNode, archive: Readable, platform: string, signal: AbortSignal): Promise<void> {
  try {
    const { exitCode, stderr, stdout } = await provider.exec(node.id, STORES[node.cri].import(platform), { signal, stdin: archive });
    if (exitCode !== 0) throw failure(node, 'could not import the images', stderr === '' ? stdout : stderr);
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof KindboxError) throw error;
    throw new KindboxError('The images could not be read to their end', { reason: 'image', because: messageOf(error), cause: error });
  } finally {
    // Also when the command never began: other nodes wait for every reader of the stream.
    archive.destroy();
  }
}

function failure(node: TargetNode, what: string, log: string): KindboxError {
  const { title, unit } = containerRuntime(node.cri);
  const full = /no space left on device/i.test(log);
  return new KindboxError(`The node ${node.name} ${what}`, {
    reason: 'cluster', logTail: tail(log), because: full ? 'The disk is full.' : `Its ${title} refused.`,
    next: [full ? 'docker system df' : `docker exec ${node.name} journalctl --unit ${serviceOf(unit)} --lines 30`],
  });
}
