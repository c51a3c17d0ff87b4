import type { KindConfig } from './kind-schema.js';
import type { Tell } from './kind.js';
import type { ClusterConfigInput } from './schema.js';

type Networking = NonNullable<KindConfig['networking']>;
type Mapped = Pick<ClusterConfigInput, 'podSubnet' | 'serviceSubnet' | 'cni' | 'apiServerPort' | 'apiServerAddress'>;

export function networkingOf(networking: Networking, tell: Tell): Mapped {
  const { ipFamily, apiServerPort, apiServerAddress = '', podSubnet = '', serviceSubnet = '', disableDefaultCNI, kubeProxyMode, dnsSearch } = networking;
  if (ipFamily === 'ipv6' || ipFamily === 'dual') tell('error', ['networking', 'ipFamily'], 'clusters of kindbox are IPv4');
  if (dnsSearch !== undefined && dnsSearch !== null) tell('error', ['networking', 'dnsSearch'], "nodes of kindbox have the search domains of Docker's choice");
  const proxy = kubeProxyMode === undefined ? undefined : PROXY_REMARKS[kubeProxyMode];
  if (proxy !== undefined) tell('error', ['networking', 'kubeProxyMode'], proxy);
  return {
    ...(podSubnet === '' ? {} : { podSubnet }),
    ...(serviceSubnet === '' ? {} : { serviceSubnet }),
    ...(disableDefaultCNI === true ? { cni: 'none' } : {}),
    // kind publishes the API server always; kindbox where it was asked to, as its nodes are reached directly.
    ...(apiServerPort === undefined ? {} : { apiServerPort: Math.max(0, apiServerPort) }),
    ...(apiServerAddress === '' ? {} : { apiServerAddress }),
  };
}

const PROXY_REMARKS: Readonly<Partial<Record<NonNullable<Networking['kubeProxyMode']>, string>>> = {
  nftables: 'kindbox takes it as a patch: kubeadmConfigPatches with "kind: KubeProxyConfiguration" and "mode: nftables"',
  ipvs: 'kube-proxy of kindbox does not do ipvs',
  none: 'clusters of kindbox have kube-proxy',
};
