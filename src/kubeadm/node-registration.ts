import type { ContainerRuntime } from '../nodes/container-runtime.js';
import type { Taint } from '../nodes/settings.js';
import { kubeadmApiVersion } from './version.js';

export interface RegistrationSettings {
  readonly nodeName: string;
  readonly kubernetesVersion: string;
  readonly runtime: ContainerRuntime;
  /** kubeadm's own (one on control planes) when undefined. */
  readonly taints?: readonly Taint[] | undefined;
  /** Of the kubelet, without dashes. */
  readonly kubeletFlags?: Readonly<Record<string, string>>;
}

/** kubeadm's nodeRegistration, the same in `init` and `join`. */
export function nodeRegistration({ nodeName, kubernetesVersion, runtime, taints, kubeletFlags = {} }: RegistrationSettings): object {
  const flags = Object.entries(kubeletFlags);
  const listed = kubeadmApiVersion(kubernetesVersion).endsWith('v1beta4');
  return {
    name: nodeName,
    criSocket: runtime.socket(kubernetesVersion),
    ...(taints === undefined ? {} : { taints }),
    ...(flags.length === 0 ? {} : { kubeletExtraArgs: listed ? flags.map(([name, value]) => ({ name, value })) : kubeletFlags }),
  };
}
