import type { Pod } from './types.js';

/** The kubelet's own copy of a static pod: deleting it does nothing. */
const MIRROR = 'kubernetes.io/config.mirror';

export function podsOfNode(nodeName: string): string {
  return `/api/v1/pods?fieldSelector=spec.nodeName%3D${encodeURIComponent(nodeName)}`;
}

export function podPath(namespace = 'default', name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
}

export function podName({ metadata: { namespace = 'default', name } }: Pod): string {
  return `${namespace}/${name}`;
}

export function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Pods that belong to the node: a drain that removed them would see them come back. */
export function isLeftAlone(pod: Pod): boolean {
  const controller = pod.metadata.ownerReferences?.find((owner) => owner.controller === true);
  return pod.metadata.annotations?.[MIRROR] !== undefined || (controller?.kind === 'DaemonSet' && !isFinished(pod));
}
