import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { defaultImageFor, DEFAULT_KUBERNETES_VERSION } from '../images/references.js';
import { IMAGE_LABELS } from '../nodes/labels.js';
import type { HostDescription } from '../provider/host-description.js';
import type { NodeImage } from '../provider/types.js';

export interface ChosenImage {
  readonly reference: string;
  readonly kubernetesVersion: string;
}

/** What the user said of image and version. */
export interface ImageWish {
  readonly image?: string | undefined;
  readonly kubernetesVersion?: string | undefined;
}

/**
 * The image that the wish stands for. One that was named and is absent is pulled; the default one is not, as it is
 * built on the user's machine. @throws KindboxError image when there is none, or it has another version.
 */
export async function chooseImage(context: EngineContext, host: HostDescription, wish: ImageWish): Promise<ChosenImage> {
  const wanted = wish.kubernetesVersion;
  const reference = wish.image ?? defaultImageFor(wanted ?? DEFAULT_KUBERNETES_VERSION);
  const image = await context.provider.findImage(reference, context.signal) ?? await absentImage(context, reference, wish);
  if (image.architecture !== host.architecture) {
    throw new KindboxError(`The image ${reference} is for ${image.architecture}, the host is ${host.architecture}`, {
      reason: 'image', next: [buildCommand(wanted)],
    });
  }
  const version = image.labels[IMAGE_LABELS.kubernetesVersion];
  if (version === undefined || !/^v\d+\.\d+\.\d+$/.test(version)) {
    throw new KindboxError(`The image ${reference} is not a node image of kindbox`, {
      reason: 'image', because: `It has no label ${IMAGE_LABELS.kubernetesVersion} that tells its Kubernetes version.`, next: [buildCommand(wanted)],
    });
  }
  if (wanted !== undefined && wanted !== version) {
    throw new KindboxError(`The image ${reference} has Kubernetes ${version}, not ${wanted}`, {
      reason: 'image', next: [`Leave --k8s-version out, or make it ${version}`, buildCommand(wanted)],
    });
  }
  return { reference, kubernetesVersion: version };
}

async function absentImage(context: EngineContext, reference: string, wish: ImageWish): Promise<NodeImage> {
  const missing = (because: string, cause?: unknown): KindboxError => new KindboxError(`There is no image ${reference} on this host`, {
    reason: 'image', because, cause,
    next: [wish.image === undefined ? buildCommand(wish.kubernetesVersion) : `docker pull ${reference}`, 'docker image ls'],
  });
  if (wish.image === undefined) throw missing('Node images are built on your own machine, once.');
  try {
    return await context.provider.pullImage(reference, () => undefined, context.signal);
  } catch (error) {
    if (context.signal.aborted) throw error;
    throw missing(`It could not be pulled: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}

function buildCommand(version: string | undefined): string {
  return version === undefined ? 'kindbox image build' : `kindbox image build --k8s-version=${version}`;
}
