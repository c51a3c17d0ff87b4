import semver from 'semver';
import type { EngineContext } from '../engine.js';
import { KindboxError, messageOf } from '../errors/index.js';
import { defaultImageFor, DEFAULT_KUBERNETES_VERSION, NODE_IMAGE_REPOSITORY } from '../images/references.js';
import { isAtLeast } from '../kubeadm/version.js';
import { isCriName, type CriName } from '../nodes/container-runtime.js';
import { IMAGE_LABELS } from '../nodes/labels.js';
import type { HostDescription } from '../provider/host-description.js';
import type { NodeImage } from '../provider/types.js';

export interface ChosenImage {
  readonly reference: string;
  readonly kubernetesVersion: string;
  readonly cri: CriName;
}

/** What the user said of image and version. */
export interface ImageWish {
  readonly image?: string | undefined;
  /** `v1.36.3`, or `v1.36` for the newest of these that there is. */
  readonly kubernetesVersion?: string | undefined;
}

/**
 * The image that the wish stands for. One that was named and is absent is pulled; the default one is not, as it is
 * built on the user's machine. @throws KindboxError image when there is none, or it has another version.
 */
export async function chooseImage(context: EngineContext, host: HostDescription, wish: ImageWish): Promise<ChosenImage> {
  const wanted = wish.kubernetesVersion;
  const { reference, image } = wish.image === undefined ? await ofVersion(context, wanted ?? DEFAULT_KUBERNETES_VERSION) : await named(context, wish.image);
  if (image.architecture !== host.architecture) {
    throw new KindboxError(`The image ${reference} is for ${image.architecture}, the host is ${host.architecture}`, {
      reason: 'image', next: [buildCommand(wanted)],
    });
  }
  const version = versionOf(image);
  if (version === undefined) {
    throw new KindboxError(`The image ${reference} is not a node image of kindbox`, {
      reason: 'image', because: `It has no label ${IMAGE_LABELS.kubernetesVersion} that tells its Kubernetes version.`, next: [buildCommand(wanted)],
    });
  }
  if (wanted !== undefined && !satisfies(version, wanted)) {
    throw new KindboxError(`The image ${reference} has Kubernetes ${version}, not ${wanted}`, {
      reason: 'image', next: [`Leave --k8s-version out, or make it ${version}`, buildCommand(wanted)],
    });
  }
  return { reference, kubernetesVersion: version, cri: criOf(image, reference) };
}

interface FoundImage {
  readonly reference: string;
  readonly image: NodeImage;
}

/** The tag tells the version as a rule; an image of another tag is found by its label. */
async function ofVersion(context: EngineContext, wanted: string): Promise<FoundImage> {
  const reference = defaultImageFor(wanted);
  const tagged = await context.provider.findImage(reference, context.signal);
  if (tagged !== undefined) return { reference, image: tagged };
  const images = (await context.provider.listImages(NODE_IMAGE_REPOSITORY, context.signal)).flatMap((image) => {
    const version = versionOf(image);
    const name = image.references.find((candidate) => candidate.startsWith(`${NODE_IMAGE_REPOSITORY}:`));
    return version === undefined || name === undefined ? [] : [{ reference: name, image, version }];
  }).sort((a, b) => semver.rcompare(a.version, b.version));
  const [newest] = images.filter(({ version }) => satisfies(version, wanted));
  if (newest !== undefined) return newest;
  const versions = [...new Set(images.map(({ version }) => version))];
  throw missing(reference, `Node images are built on your own machine, once.${versions.length === 0 ? '' : ` This one has images of ${versions.join(', ')}.`}`, [
    ...versions.slice(0, 1).map((version) => `Use an image that there is: --k8s-version=${version}`), buildCommand(wanted), 'docker image ls',
  ]);
}

async function named(context: EngineContext, reference: string): Promise<FoundImage> {
  const image = await context.provider.findImage(reference, context.signal);
  if (image !== undefined) return { reference, image };
  try {
    return { reference, image: await context.provider.pullImage(reference, () => undefined, context.signal) };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const because = `It could not be pulled: ${messageOf(error)}.`;
    throw missing(reference, because, [`docker pull ${reference}`, 'docker image ls'], error);
  }
}

function missing(reference: string, because: string, next: readonly string[], cause?: unknown): KindboxError {
  return new KindboxError(`There is no image ${reference} on this host`, { reason: 'image', because, next, cause });
}

function versionOf(image: NodeImage): string | undefined {
  const version = image.labels[IMAGE_LABELS.kubernetesVersion];
  return version !== undefined && /^v\d+\.\d+\.\d+$/.test(version) ? version : undefined;
}

function satisfies(version: string, wanted: string): boolean {
  return version === wanted || version.startsWith(`${wanted}.`);
}

/** A kubelet may be older than the API server, never newer: the Kubernetes version skew policy. @throws KindboxError image. */
export function requireSupportedSkew(controlPlaneVersion: string, workerVersion: string): void {
  const [major, minor] = workerVersion.replace(/^v/, '').split('.');
  if (isAtLeast(controlPlaneVersion, `${major}.${minor}.0`)) return;
  throw new KindboxError(`A worker of ${workerVersion} cannot join a control plane of ${controlPlaneVersion}`, {
    reason: 'image', because: 'A kubelet must not be newer than the API server.', next: ['Use an image of that version, or of an older one'],
  });
}

function criOf(image: NodeImage, reference: string): CriName {
  const cri = image.labels[IMAGE_LABELS.cri] ?? 'containerd';
  if (isCriName(cri)) return cri;
  throw new KindboxError(`The image ${reference} has a container runtime that kindbox does not know`, {
    reason: 'image', because: `Its label ${IMAGE_LABELS.cri} says "${cri}".`, next: ['Use a newer kindbox, or another image'],
  });
}

function buildCommand(version: string | undefined): string {
  return version === undefined ? 'kindbox image build' : `kindbox image build --k8s-version=${version}`;
}
