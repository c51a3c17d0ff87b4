import { KindboxError } from '../errors/index.js';
import { firstFree, PRIVATE_RANGES, rangesOverlap } from '../nodes/ranges.js';
import type { ObservedNetwork } from '../provider/types.js';

/** Ranges that mean something else inside of the cluster: a node at an address of these would be out of its pods' reach. */
export interface InnerRanges {
  /** CIDRs, one of each family. */
  readonly pods: readonly string[];
  readonly services: readonly string[];
}

/** @throws KindboxError conflict when another network of the engine has addresses of the subnet that ours was to have. */
export function requireFreeSubnet(subnet: string, networks: readonly ObservedNetwork[], inner: InnerRanges): void {
  const holder = networks.find(({ subnets }) => subnets.some((taken) => rangesOverlap(taken, subnet)));
  if (holder === undefined) return;
  const taken = [...networks.flatMap(({ subnets }) => subnets), ...inner.pods, ...inner.services];
  const free = firstFree(PRIVATE_RANGES, taken);
  throw new KindboxError(`The subnet ${subnet} overlaps that of the Docker network ${holder.name} (${holder.subnets.join(', ')})`, {
    reason: 'conflict', because: 'Docker networks must not share addresses.',
    next: [...(free === undefined ? [] : [`Choose another one, for example --subnet=${free}`]), `docker network inspect ${holder.name}`, `Use that network with --net=${holder.name}`],
  });
}

/** @throws KindboxError conflict when the nodes' network has addresses that pods or Services are going to have. */
export function requireApart({ name, subnets }: Pick<ObservedNetwork, 'name' | 'subnets'>, inner: InnerRanges): void {
  for (const [what, ranges] of [['pod', inner.pods], ['service', inner.services]] as const) {
    const [own, theirs] = subnets.flatMap((subnet) => ranges.filter((range) => rangesOverlap(range, subnet)).map((range) => [range, subnet] as const))[0] ?? [];
    if (own === undefined || theirs === undefined) continue;
    const free = firstFree(PRIVATE_RANGES, [...subnets, ...inner.pods, ...inner.services]);
    throw new KindboxError(`The ${what} subnet ${own} overlaps that of the Docker network ${name} (${theirs})`, {
      reason: 'conflict', because: `Nodes and ${what === 'pod' ? 'pods' : 'Services'} need addresses of their own.`,
      next: [
        ...(what === 'pod' && free !== undefined ? [`Choose another one, for example --pod-subnet=${free}`] : []),
        'Choose another network: --net=NETWORK, or --subnet=CIDR for one of its own',
      ],
    });
  }
}
