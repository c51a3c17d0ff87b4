import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import type { JsonObject } from './merge-patch.js';
import { isAtLeast } from './version.js';

/** How kube-proxy makes Services reachable. */
const MODES = ['iptables', 'nftables'] as const;
type SupportedMode = (typeof MODES)[number];

/** The first version in which nftables needs no feature gate (kubernetes/enhancements#3866). */
const NFTABLES_SINCE = '1.31.0';

/**
 * Left to itself kube-proxy makes rules at most once a second: a Service whose pods are ready would be reachable up to that much later,
 * CoreDNS's after each create. The second is for thousands of Services, whose rules in iptables' mode are made anew each time
 * (Kubernetes' documentation of virtual IPs, "Optimizing iptables mode performance").
 */
const MIN_SYNC_PERIOD = '100ms';

/** The configuration of kube-proxy; its mode is kube-proxy's own choice when undefined, which is iptables on Linux. */
export function kubeProxyConfig(mode?: string): JsonObject {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    // These sysctls belong to the host; Sysbox fakes them, any other runtime refuses the write and kube-proxy dies.
    conntrack: { maxPerCore: 0, min: 0 },
    iptables: { minSyncPeriod: MIN_SYNC_PERIOD },
    ...(mode === 'nftables' ? { nftables: { minSyncPeriod: MIN_SYNC_PERIOD } } : {}),
    ...(mode === undefined ? {} : { mode }),
  };
}

/** @throws KindboxError usage. ipvs needs modules of the host's kernel and is deprecated since 1.35 (kubernetes/enhancements#5495). */
export function validateKubeProxyMode(mode: string): asserts mode is SupportedMode {
  if ((MODES as readonly string[]).includes(mode)) return;
  throw new KindboxError(`kindbox does not set up kube-proxy in the mode "${printable(mode)}"`, {
    reason: 'usage', next: MODES.map((known) => `Choose the mode ${known}`),
  });
}

/** @throws KindboxError usage, for a version whose kube-proxy would not start in this mode. */
export function requireKubeProxyMode(mode: string | undefined, kubernetesVersion: string): void {
  if (mode !== 'nftables' || isAtLeast(kubernetesVersion, NFTABLES_SINCE)) return;
  throw new KindboxError(`kube-proxy of Kubernetes ${kubernetesVersion} has no nftables mode`, {
    reason: 'usage', because: `It has been on by default since v${NFTABLES_SINCE}.`, next: ['Choose the mode iptables', 'Choose a newer version with --k8s-version'],
  });
}
