import type { ContainerRuntime } from '../nodes/container-runtime.js';
import type { Taint } from '../nodes/settings.js';
import type { JsonObject } from './merge-patch.js';

export interface RegistrationSettings {
  readonly nodeName: string;
  readonly kubernetesVersion: string;
  readonly runtime: ContainerRuntime;
  /** kubeadm's own (one on control planes) when undefined. */
  readonly taints?: readonly Taint[] | undefined;
  /** Of the kubelet, without dashes. */
  readonly kubeletFlags?: Readonly<Record<string, string>>;
}

/** kubeadm's nodeRegistration, the same in `init` and `join`. Arguments are a map (see extra-args.ts). */
export function nodeRegistration({ nodeName, kubernetesVersion, runtime, taints, kubeletFlags = {} }: RegistrationSettings): JsonObject {
  return {
    name: nodeName,
    criSocket: runtime.socket(kubernetesVersion),
    ...(taints === undefined ? {} : { taints: taints.map((taint) => ({ ...taint })) }),
    ...(Object.keys(kubeletFlags).length === 0 ? {} : { kubeletExtraArgs: kubeletFlags }),
  };
}
