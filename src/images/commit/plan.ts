import { operationId, type Operation, type Plan } from '../../plan/operation.js';
import type { ObservedContainer } from '../../provider/standalone.js';
import type { NodeImage } from '../../provider/types.js';
import { supersededBy } from '../preload/plan.js';

interface Of<Kind extends string> extends Operation {
  readonly kind: Kind;
}
interface CommitOperation extends Of<'commit'> {
  /** The image that loses its name, and gets it back if the run is interrupted. */
  readonly replaces: string | undefined;
}
interface RemoveImageOperation extends Of<'remove-image'> {
  readonly imageId: string;
}
interface RemoveNodeOperation extends Of<'remove-node'> {
  readonly nodeId: string;
}
export type CommitNodeOperation =
  | Of<'snapshot'> | Of<'start-container'> | Of<'share-images'> | CommitOperation | RemoveImageOperation | RemoveNodeOperation;

export interface CommitFacts {
  readonly tag: string;
  readonly node: Pick<ObservedContainer, 'id' | 'name' | 'imageId'>;
  /** The image that has the tag now. */
  readonly named: NodeImage | undefined;
  readonly remove: boolean;
}

/** The node's own layers first, then, in a container of them, the images that its containerd keeps outside of them. */
export function planCommit({ tag, node, named, remove }: CommitFacts): Plan<CommitNodeOperation> {
  const group = 'commit-node';
  const snapshot = operationId('snapshot', node.name);
  const started = operationId('start-container', node.name);
  const shared = operationId('share-images', node.name);
  const committed = operationId('commit', tag);
  const outdated = supersededBy({ named, baseId: node.imageId });
  return {
    groups: [{ id: group, title: `Making ${tag} of ${node.name} ...` }],
    operations: [
      { id: snapshot, kind: 'snapshot', group, title: `Taking a snapshot of ${node.name}`, needs: [] },
      { id: started, kind: 'start-container', group, title: 'Starting a container of the snapshot', needs: [snapshot] },
      { id: shared, kind: 'share-images', group, title: 'Giving its images the layout that nodes share', needs: [started] },
      { id: committed, kind: 'commit', group, title: `Saving ${tag}`, needs: [shared], replaces: named?.id },
      ...(remove ? [{ id: operationId('remove-node', node.name), kind: 'remove-node' as const, group, title: `Removing node ${node.name}`, needs: [committed], nodeId: node.id }] : []),
      ...(outdated === undefined ? [] : [{
        id: operationId('remove-image', outdated), kind: 'remove-image' as const, group, title: 'Removing the image that had the name', needs: [committed], imageId: outdated,
      }]),
    ],
  };
}
