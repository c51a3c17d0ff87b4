import type { KindConfig } from './kind-schema.js';
import type { Tell } from './kind.js';
import type { ClusterConfigInput } from './schema.js';

type Networking = NonNullable<KindConfig['networking']>;
type Mapped = Pick<ClusterConfigInput, 'ipFamily' | 'kubeProxyMode' | 'podSubnet' | 'serviceSubnet' | 'cni' | 'apiServerPort' | 'apiServerAddress'>;

export function networkingOf(networking: Networking, tell: Tell): Mapped {
  const { ipFamily, apiServerPort, apiServerAddress = '', podSubnet = '', serviceSubnet = '', disableDefaultCNI, kubeProxyMode, dnsSearch } = networking;
  if (ipFamily === 'ipv6') tell('error', ['networking', 'ipFamily'], 'clusters of kindbox have IPv4, alone or with IPv6 (dual)');
  if (dnsSearch !== undefined && dnsSearch !== null) tell('error', ['networking', 'dnsSearch'], "nodes of kindbox have the search domains of Docker's choice");
  if (kubeProxyMode === 'ipvs') tell('error', ['networking', 'kubeProxyMode'], 'kube-proxy of kindbox does iptables and nftables');
  if (kubeProxyMode === 'none') tell('error', ['networking', 'kubeProxyMode'], 'clusters of kindbox have kube-proxy');
  return {
    ...(ipFamily === undefined || ipFamily === 'ipv6' ? {} : { ipFamily }),
    ...(kubeProxyMode === 'iptables' || kubeProxyMode === 'nftables' ? { kubeProxyMode } : {}),
    ...(podSubnet === '' ? {} : { podSubnet }),
    ...(serviceSubnet === '' ? {} : { serviceSubnet }),
    ...(disableDefaultCNI === true ? { cni: 'none' } : {}),
    // kind publishes the API server always; kindbox where it was asked to, as its nodes are reached directly.
    ...(apiServerPort === undefined ? {} : { apiServerPort: Math.max(0, apiServerPort) }),
    ...(apiServerAddress === '' ? {} : { apiServerAddress }),
  };
}
