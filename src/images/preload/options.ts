import type { EngineContext } from '../../engine.js';
import { KindboxError } from '../../errors/index.js';
import { validateImageReference, validateKubernetesVersion } from '../../cluster/validate.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { ReportedImage } from '../pods/layout-report.js';
import { validatePodImages } from '../pods/sources.js';
import { splitReference } from '../references.js';

export type PreloadContext = EngineContext & { readonly builder: ImageBuilder };

export interface PreloadOptions {
  /** Name of the image that is made. */
  readonly tag: string;
  /** Images of pods, of Docker's own store or else of their registry. */
  readonly images: readonly string[];
  /** Files that `docker save` or an OCI tool wrote, gzip or not. */
  readonly archives: readonly string[];
  /** Node image to start from; the one that has `kubernetesVersion` when absent. */
  readonly base?: string | undefined;
  readonly kubernetesVersion?: string | undefined;
}

export interface PreloadResult {
  readonly image: string;
  readonly id: string;
  readonly base: string;
  readonly kubernetesVersion: string;
  /** The images that were put in. */
  readonly preloaded: readonly ReportedImage[];
  /** Bytes of the node image, those of its base included. */
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** @throws KindboxError usage. Contacts nothing. */
export function validatePreloadOptions(options: PreloadOptions): PreloadOptions {
  validatePodImages(options.images, options.archives);
  if (options.base !== undefined) validateImageReference(options.base);
  return {
    ...options,
    tag: validateTag(options.tag),
    ...(options.kubernetesVersion === undefined ? {} : { kubernetesVersion: validateKubernetesVersion(options.kubernetesVersion) }),
  };
}

/** @returns the name with its tag. @throws KindboxError usage. */
export function validateTag(name: string): string {
  validateImageReference(name);
  const { repository, tag, digest } = splitReference(name);
  if (digest !== undefined) {
    throw new KindboxError(`An image cannot be given the name "${name}"`, {
      reason: 'usage', because: 'A digest follows from what is in the image; a tag can be chosen.',
    });
  }
  return `${repository}:${tag ?? 'latest'}`;
}
