import { operationId, type Operation, type Plan } from '../../plan/operation.js';
import type { ImageArchive } from '../archive/contents.js';
import { titleOf, type EngineImage, type ImageSource } from '../pods/sources.js';
import { has, type NodeImages } from './store.js';
import type { TargetNode } from './targets.js';

export interface LoadFacts {
  readonly images: readonly EngineImage[];
  readonly archives: readonly ImageArchive[];
  /** What each node has. */
  readonly nodes: readonly (TargetNode & { readonly images: NodeImages })[];
}

export interface LoadOperation extends Operation {
  readonly kind: 'load-images';
  readonly source: ImageSource;
  readonly node: TargetNode;
  /** All with the same number read one stream. */
  readonly stream: number;
  readonly readers: number;
}

/** Every node gets what it lacks. Images that the same nodes lack go in one stream, in which their layers are once. */
export function planLoad({ images, archives, nodes }: LoadFacts): Plan<LoadOperation> {
  const group = 'load-images';
  const streams = new Map<string, { source: ImageSource; nodes: readonly TargetNode[] }>();
  for (const image of images) {
    const lacking = nodes.filter((node) => !has(node.images, image));
    const key = lacking.map(({ id }) => id).join(' ');
    const before = streams.get(key)?.source;
    streams.set(key, { source: { kind: 'engine', images: [...(before?.kind === 'engine' ? before.images : []), image] }, nodes: lacking });
  }
  for (const [at, archive] of archives.entries()) {
    const lacking = nodes.filter((node) => !archive.images.every((image) => has(node.images, image)));
    streams.set(`archive ${at}`, { source: { kind: 'archive', images: archive.images, archive }, nodes: lacking });
  }
  const operations = [...streams.values()].flatMap(({ source, nodes: lacking }, stream) => lacking.map((node): LoadOperation => ({
    id: operationId('load-images', `${node.name}/${stream}`), kind: 'load-images', group, needs: [], tolerant: true,
    title: `Loading ${titleOf(source)} into ${node.name}`,
    source, node: { id: node.id, name: node.name, cri: node.cri }, stream, readers: lacking.length,
  })));
  return { groups: operations.length === 0 ? [] : [{ id: group, title: 'Loading images into the nodes ...' }], operations };
}
