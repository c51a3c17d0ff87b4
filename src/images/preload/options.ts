import type { EngineContext } from '../../engine.js';
import { validateImageReference, validateKubernetesVersion } from '../../cluster/validate.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { ReportedImage } from '../pods/layout-report.js';
import { validatePodImages } from '../pods/sources.js';
import { validateTag } from '../tag.js';

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
