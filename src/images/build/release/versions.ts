import semver from 'semver';
import { KindboxError } from '../../../errors/index.js';

/** The first with kubeadm's v1beta4, for which the clusters of this version are configured and tried. */
const OLDEST = '1.31.0';

/**
 * kubeadm itself says which pod images a version wants, so that others than the pinned ones can be built; but kindbox must
 * know how to configure them. @throws KindboxError usage.
 */
export function validateReleaseVersion(kubernetesVersion: string, pinned: readonly string[]): void {
  const newestMinor = newestMinorFor(pinned);
  if (semver.gte(kubernetesVersion, OLDEST) && semver.major(kubernetesVersion) === 1 && semver.minor(kubernetesVersion) <= newestMinor) return;
  throw new KindboxError(`A node image with Kubernetes ${kubernetesVersion} cannot be built`, {
    reason: 'usage',
    because: `This version of kindbox knows how to configure v${OLDEST} to v1.${newestMinor}.`,
    next: [`kindbox image build --from=release --k8s-version=${pinned.at(-1) ?? ''}`],
  });
}

/** One more than has been tried: kubeadm keeps what it deprecates for longer than that. */
function newestMinorFor(pinned: readonly string[]): number {
  return Math.max(...pinned.map((version) => semver.minor(version))) + 1;
}
