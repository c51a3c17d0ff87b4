import type { JsonObject } from './merge-patch.js';

/**
 * Seconds, as kubeadm has them by itself; kubernetesAPICall of `init` is as long as it waits for a control plane. Of
 * controlPlaneComponentHealthCheck kubeadm makes the startup probes of the static pods: the kubelet kills an API server
 * that takes longer, over and over (StartupProbe in kubeadm's util/staticpod).
 */
const OWN = {
  init: { controlPlaneComponentHealthCheck: 240, kubernetesAPICall: 240 },
  join: { kubernetesAPICall: 60, discovery: 300, kubeletHealthCheck: 240, tlsBootstrap: 300 },
} as const;

/**
 * kubeadm's `timeouts` (since its v1beta4): who gives kindbox more time for each wait has a slow machine, and kubeadm waits
 * as long. It never waits for less than by itself: a short wait is kindbox's own to end.
 */
export function kubeadmTimeouts(verb: keyof typeof OWN, waitMs = 0): JsonObject {
  return Object.fromEntries(Object.entries(OWN[verb]).map(([name, seconds]) => [name, goDuration(Math.max(seconds, Math.ceil(waitMs / 1000)))]));
}

function goDuration(seconds: number): string {
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
