import { throwIfCancelled } from '../../errors/index.js';
import type { CommitSpec, ImageBuilder } from '../../provider/image-builder.js';
import type { NodeImage } from '../../provider/types.js';

/**
 * Makes an image of a container. If the run is cancelled meanwhile, the image is removed, and the one that had its
 * name before (`replaces`) gets it back.
 */
export async function commitUndoably(
  builder: Pick<ImageBuilder, 'commit' | 'tagImage' | 'removeImage'>,
  containerId: string,
  spec: CommitSpec,
  replaces: string | undefined,
  signal: AbortSignal,
): Promise<NodeImage> {
  // An engine that has begun cannot be stopped, and what it makes must be known to be undone.
  const uninterrupted = new AbortController().signal;
  const image = await builder.commit(containerId, spec, uninterrupted);
  if (signal.aborted) {
    if (replaces !== undefined && spec.reference !== undefined) await builder.tagImage(replaces, spec.reference, uninterrupted);
    await builder.removeImage(image.id);
    throwIfCancelled(signal);
  }
  return image;
}
