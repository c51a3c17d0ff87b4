import { operationId, type Operation, type Plan } from '../../plan/operation.js';
import type { NodeImage } from '../../provider/types.js';
import { IMAGE_LABELS } from '../../nodes/labels.js';
import { titleOf, type ImageSource } from '../pods/sources.js';

interface Of<Kind extends string> extends Operation {
  readonly kind: Kind;
}
interface ImportOperation extends Of<'import-images'> {
  readonly source: ImageSource;
}
interface CheckOperation extends Of<'check-layout'> {
  readonly names: readonly string[];
}
interface CommitOperation extends Of<'commit'> {
  /** The image that loses its name, and gets it back if the run is interrupted. */
  readonly replaces: string | undefined;
}
interface RemoveOperation extends Of<'remove-image'> {
  readonly imageId: string;
}
export type PreloadOperation = Of<'start-container'> | ImportOperation | CheckOperation | CommitOperation | RemoveOperation;

export interface PreloadFacts {
  readonly tag: string;
  readonly base: string;
  readonly baseId: string;
  readonly sources: readonly ImageSource[];
  /** The image that has the tag now. */
  readonly named: NodeImage | undefined;
}

/** One source after the other: they share containerd's store, and the disk. */
export function planPreload(facts: PreloadFacts): Plan<PreloadOperation> {
  const group = 'preload-images';
  const operations: PreloadOperation[] = [{
    id: operationId('start-container', facts.base), kind: 'start-container', group, title: `Starting a container of ${facts.base}`, needs: [],
  }];
  const add = (operation: PreloadOperation): void => { operations.push(operation); };
  const previous = (): string[] => operations.slice(-1).map(({ id }) => id);
  for (const [at, source] of facts.sources.entries()) {
    add({
      id: operationId('import-images', String(at)), kind: 'import-images', group, title: `Preloading ${titleOf(source)}`, needs: previous(), source,
    });
  }
  add({
    id: operationId('check-layout', facts.tag), kind: 'check-layout', group, title: 'Checking that nodes will share them', needs: previous(),
    names: facts.sources.flatMap(({ images }) => images.map(({ name }) => name)),
  });
  add({ id: operationId('commit', facts.tag), kind: 'commit', group, title: `Saving ${facts.tag}`, needs: previous(), replaces: facts.named?.id });
  const outdated = supersededBy(facts);
  if (outdated !== undefined) {
    add({ id: operationId('remove-image', outdated), kind: 'remove-image', group, title: 'Removing the image that had the name', needs: previous(), imageId: outdated });
  }
  return { groups: [{ id: group, title: `Preloading images into ${facts.tag} ...` }], operations };
}

/** A node image that loses its only name, unless the new one is made of it. */
export function supersededBy({ named, baseId }: Pick<PreloadFacts, 'named' | 'baseId'>): string | undefined {
  if (named === undefined || named.id === baseId || named.references.length > 1) return undefined;
  return named.labels[IMAGE_LABELS.kubernetesVersion] === undefined ? undefined : named.id;
}
