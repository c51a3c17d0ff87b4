import { dirname, join } from 'node:path';
import { kindCniManifest } from '../../cni/kind.js';
import { defaultImageFor, KIND_IMAGE_REPOSITORY } from '../references.js';
import { readSourceTree, type SourceEntry } from './source-tree.js';

/** The tool that starts nodes of the image. */
export const BUILD_TARGETS = ['kindbox', 'kind'] as const;
export type BuildTarget = (typeof BUILD_TARGETS)[number];

/** `ordinary` gives each node its own copy of the pod images, as other projects' node images do: to measure against. */
export const IMAGE_LAYOUTS = ['shared', 'ordinary'] as const;
export type ImageLayout = (typeof IMAGE_LAYOUTS)[number];

export interface ImageVariant {
  readonly target: BuildTarget;
  readonly layout: ImageLayout;
}

export function variantReference({ target, layout }: ImageVariant, kubernetesVersion: string): string {
  const reference = target === 'kind' ? `${KIND_IMAGE_REPOSITORY}:${kubernetesVersion}` : defaultImageFor(kubernetesVersion);
  return layout === 'shared' ? reference : `${reference}-${layout}`;
}

/** Tells the caches of one variant from another's. */
export function variantName({ target, layout }: ImageVariant): string {
  return `${target}-${layout}`;
}

/** What an image is made of: the tree of kindbox's own, with the files of the variant laid over it. */
export async function readVariantTree(nodeImageFolder: string, { target, layout }: ImageVariant): Promise<SourceEntry[]> {
  const beside = (name: string): Promise<SourceEntry[]> => readSourceTree(join(dirname(nodeImageFolder), name));
  const trees = [await readSourceTree(nodeImageFolder)];
  if (target === 'kind') trees.push(await beside('kind-node'), [await kindManifest()]);
  if (layout === 'ordinary') trees.push(await beside('ordinary-layout'));
  return [...new Map(trees.flat().map((entry) => [entry.path, entry])).values()];
}

async function kindManifest(): Promise<SourceEntry> {
  return { path: 'rootfs/kind/manifests/default-cni.yaml', kind: 'file', executable: false, content: Buffer.from(await kindCniManifest()) };
}
