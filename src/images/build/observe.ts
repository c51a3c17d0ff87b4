import { IMAGE_LABELS } from '../../nodes/labels.js';
import type { NodeImage } from '../../provider/types.js';
import { NODE_IMAGE_REPOSITORY, splitReference } from '../references.js';
import { BUILD_LABELS, STAGE_REPOSITORY, type BuildInputs } from './names.js';
import type { BuildContext, BuildRequest } from './options.js';
import { variantName } from './variants.js';

/** What the engine has of what a build would make. */
export interface BuildSnapshot {
  /** Has the wanted name, whatever is in it. */
  readonly named: NodeImage | undefined;
  /** Has the wanted content, whatever its name. */
  readonly sameContent: NodeImage | undefined;
  readonly hasBase: boolean;
  readonly hasBuilder: boolean;
  readonly hasStage: boolean;
  /** Caches of earlier builds that no build of these sources will use again. */
  readonly outdated: readonly NodeImage[];
}

export async function observe(context: BuildContext, inputs: BuildInputs): Promise<BuildSnapshot> {
  const { builder, provider, signal } = context;
  const list = (repository: string): Promise<NodeImage[]> => provider.listImages(repository, signal);
  const { reference, base } = inputs.request;
  const [named, ours, renamed, baseImage, builderImage, stageImage, caches] = await Promise.all([
    builder.findImage(reference, signal),
    list(NODE_IMAGE_REPOSITORY),
    list(splitReference(reference).repository),
    builder.findImage(base, signal),
    builder.findImage(inputs.builderReference, signal),
    builder.findImage(inputs.stageReference, signal),
    Promise.all([list(inputs.builderRepository), list(STAGE_REPOSITORY)]),
  ]);
  const sameContent = [named, ...ours, ...renamed].find((image) => image?.labels[IMAGE_LABELS.contentHash] === inputs.contentHash);
  const kept = [builderImage?.id, stageImage?.id];
  return {
    named, sameContent,
    hasBase: baseImage !== undefined,
    hasBuilder: builderImage !== undefined,
    hasStage: stageImage !== undefined,
    outdated: caches.flat().filter((image) => isOfThisKind(image, inputs.request) && !kept.includes(image.id)),
  };
}

/** A cache that only builds of other bases or variants use is not outdated; the first caches did not name their variant. */
function isOfThisKind({ labels }: NodeImage, request: BuildRequest): boolean {
  const variant = labels[BUILD_LABELS.variant] ?? variantName({ target: 'kindbox', layout: 'shared', cri: 'containerd' });
  return labels[BUILD_LABELS.base] === request.base && variant === variantName(request);
}
