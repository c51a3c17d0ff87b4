import { validateImageReference, validateKubernetesVersion } from '../../cluster/validate.js';
import { KindboxError } from '../../errors/index.js';
import type { EmitEvent } from '../../events/event.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { NodeProvider } from '../../provider/provider.js';
import type { NodeImage } from '../../provider/types.js';
import { DEFAULT_BASE_IMAGE, DEFAULT_KUBERNETES_VERSION } from '../references.js';
import { validateTag } from '../tag.js';
import type { RootfsBootstrap } from './bootstrap.js';
import { mirrorsOf, type MirrorOptions, type Mirrors } from './release/mirrors.js';
import { validateReleaseVersion } from './release/versions.js';
import { criOfVersion, variantReference, type BuildTarget, type ImageLayout, type ImageVariant } from './variants.js';

export interface BuildContext {
  readonly builder: ImageBuilder;
  readonly provider: Pick<NodeProvider, 'listImages'> & {
    describeHost(signal: AbortSignal): Promise<{ readonly architecture: string }>;
  };
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Makes the base image's root filesystem when it cannot be pulled; mmdebstrap unless a test says otherwise. */
  readonly bootstrap?: RootfsBootstrap;
  /** `images/k8s-node` of the package unless a test says otherwise; what variants add lies beside it. */
  readonly folder?: string;
}

export type BuildOrigin = 'source' | 'release';

export interface BuildOptions extends MirrorOptions {
  /** `v1.36.3`; DEFAULT_KUBERNETES_VERSION when absent. */
  readonly kubernetesVersion?: string | undefined;
  /** DEFAULT_BASE_IMAGE when absent. */
  readonly base?: string | undefined;
  readonly from: BuildOrigin;
  /** `kindbox` when absent. */
  readonly target?: BuildTarget | undefined;
  /** `shared` when absent. */
  readonly layout?: ImageLayout | undefined;
  /** The image's name; when absent `nestybox/k8s-node:VERSION`, or `nestybox/kindestnode:VERSION` for kind. */
  readonly tag?: string | undefined;
  /** Build even if an image of the same content exists. */
  readonly force: boolean;
}

export interface BuildResult {
  readonly image: string;
  readonly id: string;
  readonly kubernetesVersion: string;
  readonly contentHash: string;
  /** The image was there already. */
  readonly cached: boolean;
  readonly durationMs: number;
  readonly sizeBytes: number;
}

export interface BuildRequest extends ImageVariant {
  readonly kubernetesVersion: string;
  readonly base: string;
  readonly from: BuildOrigin;
  readonly reference: string;
  readonly force: boolean;
  /** Of use with `release` only. */
  readonly mirrors: Mirrors;
}

/** `pinned` are the versions that can be compiled, oldest first. @throws KindboxError usage. Contacts nothing. */
export function validateBuildOptions(
  options: BuildOptions, pinned: readonly string[], environment: BuildContext['environment'],
): BuildRequest {
  const kubernetesVersion = validateKubernetesVersion(options.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION);
  const base = options.base ?? DEFAULT_BASE_IMAGE;
  if (options.from === 'release') validateReleaseVersion(kubernetesVersion, pinned);
  else validateSource(kubernetesVersion, options, pinned);
  validateImageReference(base);
  const variant: ImageVariant = { target: options.target ?? 'kindbox', layout: options.layout ?? 'shared', cri: criOfVersion(kubernetesVersion) };
  requirePossible(variant, kubernetesVersion);
  return {
    ...variant, kubernetesVersion, base, from: options.from,
    reference: validateTag(options.tag ?? variantReference(variant, kubernetesVersion)), force: options.force,
    mirrors: mirrorsOf(options, environment),
  };
}

/** @throws KindboxError usage: with Docker inside there is one kind of image only. */
function requirePossible({ target, layout, cri }: ImageVariant, kubernetesVersion: string): void {
  if (cri === 'containerd' || (target === 'kindbox' && layout === 'shared')) return;
  throw new KindboxError(`An image with Kubernetes ${kubernetesVersion} is built for kindbox and in the shared layout only`, {
    reason: 'usage', because: 'Its nodes have Docker inside, as the kubelet up to 1.23 wants it.', next: [`kindbox image build --k8s-version=${kubernetesVersion}`],
  });
}

function validateSource(kubernetesVersion: string, { mirrors = [], registryMirrors = [] }: BuildOptions, pinned: readonly string[]): void {
  if (!pinned.includes(kubernetesVersion)) {
    throw new KindboxError(`Kubernetes ${kubernetesVersion} cannot be built from source`, {
      reason: 'usage',
      because: `This version of kindbox has pinned sources of ${pinned.join(', ')} only.`,
      next: [`kindbox image build --k8s-version=${pinned.at(-1) ?? ''}`, `kindbox image build --from=release --k8s-version=${kubernetesVersion}`],
    });
  }
  if (mirrors.length + registryMirrors.length > 0) {
    throw new KindboxError('Mirrors of releases and registries go with --from=release', {
      reason: 'usage',
      because: 'A build from source downloads Go modules only.',
      next: ['Set GOPROXY for a mirror of Go modules, or add --from=release'],
    });
  }
}

export function toResult(
  image: NodeImage,
  request: BuildRequest,
  about: { readonly contentHash: string; readonly cached: boolean; readonly startedAt: number },
): BuildResult {
  return {
    image: request.reference,
    id: image.id,
    kubernetesVersion: request.kubernetesVersion,
    contentHash: about.contentHash,
    cached: about.cached,
    durationMs: Date.now() - about.startedAt,
    sizeBytes: image.size,
  };
}
