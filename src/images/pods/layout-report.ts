import { KindboxError } from '../../errors/index.js';

/** An image as `layout-report` in a node tells it. */
export interface ReportedImage {
  readonly name: string;
  readonly digest: string;
  /** Bytes of layers, configuration and manifests as they were pulled. */
  readonly blobBytes: number;
  /** Folder of the unpacked content that all nodes share; null in the ordinary layout. */
  readonly tree: string | null;
  readonly treeBytes: number;
}

/** @throws KindboxError image when it is not what the script prints. */
export function parseLayoutReport(text: string): ReportedImage[] {
  try {
    const images = JSON.parse(text) as ReportedImage[];
    if (!Array.isArray(images) || !images.every(isReport)) throw new TypeError('not a list of images');
    // The CRI plugin keeps each image a second time, under its id.
    return images.filter(({ name }) => !name.startsWith('sha256:'));
  } catch (cause) {
    throw new KindboxError('The layout of the images could not be read', { reason: 'image', because: 'layout-report printed something else.', cause });
  }
}

function isReport(value: unknown): value is ReportedImage {
  const { name, digest, blobBytes, tree, treeBytes } = (value ?? {}) as Record<keyof ReportedImage, unknown>;
  return typeof name === 'string' && typeof digest === 'string' && typeof blobBytes === 'number' && typeof treeBytes === 'number' && (tree === null || typeof tree === 'string');
}
