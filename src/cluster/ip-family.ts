import { randomBytes } from 'node:crypto';
import { KindboxError } from '../errors/index.js';
import { isIpv6Range } from '../nodes/ranges.js';
import type { ObservedNetwork } from '../provider/types.js';
import type { CreateOptions } from './options.js';
import { SERVICE_SUBNET } from './validate.js';

/** Unique local addresses (RFC 4193). Each node takes a /64, and Kubernetes gives out at most 65536 of them. */
const IPV6_POD_SUBNET = 'fd00:10:244::/48';
const IPV6_SERVICE_SUBNET = 'fd00:10:96::/112';
/** Their manifests are for IPv4. */
const IPV4_CNIS = ['calico', 'weave'];

/** @throws KindboxError usage. */
export function validateIpFamily({ ipFamily, cni }: Pick<CreateOptions, 'ipFamily' | 'cni'>): void {
  if (ipFamily === 'ipv6') {
    throw new KindboxError('A cluster without IPv4 cannot be made', {
      reason: 'usage', because: 'Docker networks have IPv4 addresses too.', next: ['Have both families: --ip-family=dual'],
    });
  }
  if (ipFamily === 'dual' && IPV4_CNIS.includes(cni)) {
    throw new KindboxError(`The manifest of ${cni} is for IPv4 alone`, { reason: 'usage', next: ['--ip-family=dual --cni=flannel', 'Leave out --ip-family, or --cni'] });
  }
}

/** Both families where that was asked for, or where the network has both and nothing speaks against it. @throws KindboxError conflict. */
export function isDual({ ipFamily, cni }: Pick<CreateOptions, 'ipFamily' | 'cni'>, network: ObservedNetwork | undefined): boolean {
  if (network === undefined) return ipFamily === 'dual';
  const has = network.subnets.some(isIpv6Range);
  if (ipFamily === 'dual' && !has) {
    throw new KindboxError(`The Docker network ${network.name} has no IPv6 addresses`, {
      reason: 'conflict', because: `It has ${network.subnets.join(', ') || 'no subnet'}.`,
      next: [`docker network create --ipv6 --subnet 172.31.0.0/16 --subnet ${randomIpv6Subnet()} NAME`, 'Leave out --net: kindbox makes a network of both families'],
    });
  }
  return has && (ipFamily === 'dual' || (ipFamily === undefined && cni === 'flannel'));
}

/** CIDRs of pods and Services, one of each family. */
export function clusterRanges({ podSubnet, serviceSubnet = SERVICE_SUBNET }: Pick<CreateOptions, 'podSubnet' | 'serviceSubnet'>, dual: boolean): { readonly pods: readonly string[]; readonly services: readonly string[] } {
  return dual ? { pods: [podSubnet, IPV6_POD_SUBNET], services: [serviceSubnet, IPV6_SERVICE_SUBNET] } : { pods: [podSubnet], services: [serviceSubnet] };
}

/** Random, as RFC 4193 has it: networks of several hosts may be joined some day. */
export function randomIpv6Subnet(): string {
  const hex = randomBytes(7).toString('hex');
  return `fd${hex.slice(0, 2)}:${hex.slice(2, 6)}:${hex.slice(6, 10)}:${hex.slice(10, 14)}::/64`;
}
