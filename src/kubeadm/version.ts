import semver from 'semver';

/** `v1.36.3` at or above `1.31.0`? Build suffixes do not matter. */
export function isAtLeast(kubernetesVersion: string, minimum: string): boolean {
  const parsed = semver.coerce(kubernetesVersion);
  return parsed !== null && semver.gte(parsed, minimum);
}

/** Kubelets know `failCgroupV1` since 1.31; older ones take cgroup v1 as it comes. */
export function canRefuseCgroupV1(kubernetesVersion: string): boolean {
  return isAtLeast(kubernetesVersion, '1.31.0');
}

/** kubeadm's own API: v1beta4 came with 1.31 and is the only one that knows `encryptionAlgorithm`; v1beta3 came with 1.22. */
export function kubeadmApiVersion(kubernetesVersion: string): `kubeadm.k8s.io/v1beta${2 | 3 | 4}` {
  if (isAtLeast(kubernetesVersion, '1.31.0')) return 'kubeadm.k8s.io/v1beta4';
  return isAtLeast(kubernetesVersion, '1.22.0') ? 'kubeadm.k8s.io/v1beta3' : 'kubeadm.k8s.io/v1beta2';
}
