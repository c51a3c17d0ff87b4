import { sanitizeLine } from '../terminal/sanitize.js';

interface MadeImage {
  readonly image: string;
  readonly kubernetesVersion: string;
  readonly preloaded: readonly { readonly name: string; readonly blobBytes: number; readonly treeBytes: number }[];
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** A node image with the images of pods that were put into it. */
export function nodeImageText({ image, kubernetesVersion, preloaded, sizeBytes, durationMs }: MadeImage): string {
  const lines = preloaded.map(({ name, blobBytes, treeBytes }) => `  - ${sanitizeLine(name)} (${megabytes(blobBytes + treeBytes)}, shared by all nodes)`);
  return [`Made ${image} (Kubernetes ${sanitizeLine(kubernetesVersion)}, ${megabytes(sizeBytes)}) in ${Math.round(durationMs / 1000)} s:`, ...lines, '', `Use it with: kindbox create --image ${image} NAME`].join('\n');
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
