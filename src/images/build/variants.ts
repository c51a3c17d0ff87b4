import { dirname, join } from 'node:path';
import { kindCniManifest } from '../../cni/kind.js';
import { isAtLeast } from '../../kubeadm/version.js';
import type { CriName } from '../../nodes/container-runtime.js';
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
  readonly cri: CriName;
}

/** Up to 1.23 the kubelet speaks to Docker by itself (dockershim), as everybody's nodes were run then; later ones have containerd. */
export function criOfVersion(kubernetesVersion: string): CriName {
  return isAtLeast(kubernetesVersion, '1.24.0') ? 'containerd' : 'docker';
}

export function variantReference({ target, layout }: ImageVariant, kubernetesVersion: string): string {
  const reference = target === 'kind' ? `${KIND_IMAGE_REPOSITORY}:${kubernetesVersion}` : defaultImageFor(kubernetesVersion);
  return layout === 'shared' ? reference : `${reference}-${layout}`;
}

/** Tells the caches of one variant from another's. */
export function variantName({ target, layout, cri }: ImageVariant): string {
  return [target, layout, ...(cri === 'containerd' ? [] : [cri])].join('-');
}

/** What an image is made of: the tree of kindbox's own, with the files of the variant laid over it. */
export async function readVariantTree(nodeImageFolder: string, { target, layout, cri }: ImageVariant): Promise<SourceEntry[]> {
  const beside = (name: string): Promise<SourceEntry[]> => readSourceTree(join(dirname(nodeImageFolder), name));
  const trees = [await readSourceTree(nodeImageFolder)];
  if (target === 'kind') trees.push(await beside('kind-node'), [await kindManifest()]);
  if (layout === 'ordinary') trees.push(await beside('ordinary-layout'));
  if (cri === 'docker') trees.push(withMoreSteps(trees.flat(), await beside('docker-node')));
  return [...new Map(trees.flat().map((entry) => [entry.path, entry])).values()];
}

/** What the variant's `Dockerfile.more` says is done last. */
function withMoreSteps(base: readonly SourceEntry[], variant: readonly SourceEntry[]): SourceEntry[] {
  const contents = ([[base, 'Dockerfile'], [variant, 'Dockerfile.more']] as const).flatMap(([tree, file]) => tree.filter(({ path }) => path === file));
  return [
    ...variant.filter(({ path }) => path !== 'Dockerfile.more'),
    { path: 'Dockerfile', kind: 'file', executable: false, content: Buffer.concat(contents.map(({ content }) => content)) },
  ];
}

async function kindManifest(): Promise<SourceEntry> {
  return { path: 'rootfs/kind/manifests/default-cni.yaml', kind: 'file', executable: false, content: Buffer.from(await kindCniManifest()) };
}
