import type { Readable } from 'node:stream';
import type { EmitEvent } from '../../events/event.js';
import { KindboxError } from '../../errors/index.js';
import { executePlan } from '../../plan/execute.js';
import { operationId, type Operation, type Plan } from '../../plan/operation.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { NodeImage } from '../../provider/types.js';
import { validateImageReference } from '../../cluster/validate.js';
import { readImageArchive, type ArchivedImage, type ImageArchive } from '../archive/contents.js';
import { openImageArchive } from '../archive/open.js';
import { canonicalName, splitReference } from '../references.js';

export interface PodImageContext {
  readonly builder: Pick<ImageBuilder, 'findImage' | 'pullImage' | 'saveImages'>;
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
}

/** An image of a pod, in Docker's own store. */
export interface EngineImage extends ArchivedImage {
  readonly id: string;
  /** As the user wrote it. */
  readonly reference: string;
  /** Bytes, unpacked. */
  readonly size: number;
}

/** One stream of images. */
export type ImageSource =
  | { readonly kind: 'engine'; readonly images: readonly EngineImage[] }
  | { readonly kind: 'archive'; readonly images: readonly ArchivedImage[]; readonly archive: ImageArchive };

interface PullOperation extends Operation {
  readonly kind: 'pull-image';
  readonly reference: string;
}

/** @throws KindboxError usage, before anything is contacted. */
export function validatePodImages(references: readonly string[], archives: readonly string[]): void {
  if (references.length === 0 && archives.length === 0) throw new KindboxError('No image is named', { reason: 'usage' });
  for (const reference of references) {
    validateImageReference(reference);
    if (splitReference(reference).digest !== undefined) {
      throw new KindboxError(`${reference} has no tag`, {
        reason: 'usage', because: 'Docker exports images by tag only: a node would hold it without a name.', next: ['docker tag it, and name the tag'],
      });
    }
  }
}

/**
 * The images of Docker's store, those that it lacks pulled with the credentials of Docker's configuration.
 * @throws KindboxError image when one cannot be had, or is for another architecture.
 */
export async function findPodImages(context: PodImageContext, references: readonly string[], architecture: string): Promise<EngineImage[]> {
  const wanted = [...new Set(references)];
  const found = new Map<string, NodeImage>();
  await Promise.all(wanted.map(async (reference) => {
    const image = await context.builder.findImage(reference, context.signal);
    if (image !== undefined) found.set(reference, image);
  }));
  const absent = wanted.filter((reference) => !found.has(reference));
  if (absent.length > 0) {
    await executePlan(planPulls(absent), {
      'pull-image': async ({ reference }, { signal, progress }) => {
        found.set(reference, await pull(context, reference, progress, signal));
      },
    }, context.emit, context.signal);
  }
  return wanted.flatMap((reference) => {
    const image = found.get(reference);
    if (image === undefined) return [];
    if (image.architecture !== architecture) {
      throw new KindboxError(`The image ${reference} is for ${image.architecture}, the nodes are ${architecture}`, {
        reason: 'image', next: [`docker pull --platform=linux/${architecture} ${reference}`],
      });
    }
    return [{ reference, name: canonicalName(reference), id: image.id, size: image.size }];
  });
}

export async function readArchives(files: readonly string[], signal: AbortSignal): Promise<ImageArchive[]> {
  return Promise.all([...new Set(files)].map((file) => readImageArchive(file, signal)));
}

/** Bytes to come, roughly. */
export function sizeOf(source: ImageSource): number {
  return source.kind === 'archive' ? source.archive.size : source.images.reduce((sum, { size }) => sum + size, 0);
}

export function titleOf(source: ImageSource): string {
  const names = source.kind === 'archive' ? [source.archive.file] : source.images.map(({ reference }) => reference);
  return names.join(', ');
}

/** A new stream of the images, of one platform. The caller destroys it. */
export async function openSource(context: Pick<PodImageContext, 'builder'>, source: ImageSource, platform: string, signal: AbortSignal): Promise<Readable> {
  return source.kind === 'archive'
    ? openImageArchive(source.archive)
    : context.builder.saveImages(source.images.map(({ reference }) => reference), platform, signal);
}

function planPulls(references: readonly string[]): Plan<PullOperation> {
  const group = 'pull-images';
  return {
    groups: [{ id: group, title: 'Pulling what Docker does not have' }],
    operations: references.map((reference) => ({
      id: operationId('pull-image', reference), kind: 'pull-image', group, title: `Pulling ${reference}`, needs: [], reference,
    })),
  };
}

async function pull(
  { builder }: PodImageContext, reference: string, progress: (detail: string, current?: number, total?: number) => void, signal: AbortSignal,
): Promise<NodeImage> {
  try {
    return await builder.pullImage(reference, (current, total) => progress('pulling', current, total), signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof KindboxError)) throw error;
    throw new KindboxError(`Docker does not have the image ${reference}, and it could not be pulled`, {
      reason: 'image', because: error.because ?? error.message, cause: error,
      next: ['docker image ls', `docker pull ${reference}`, 'Name an archive that has it instead'],
    });
  }
}
