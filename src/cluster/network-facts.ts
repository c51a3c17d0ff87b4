import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { LABELS } from '../nodes/labels.js';
import { lastingAddress } from '../nodes/lasting-address.js';
import { networkName } from '../nodes/names.js';
import { isIpv6Range } from '../nodes/ranges.js';
import { companionAddress, sharedAddresses } from '../nodes/shared-addresses.js';
import type { NodeAddresses, ObservedNetwork, ObservedNode } from '../provider/types.js';
import { clusterRanges, isDual, randomIpv6Subnet } from './ip-family.js';
import { requireApart, requireFreeSubnet } from './network-conflicts.js';
import type { ObservedCluster } from './observe.js';
import type { CreateOptions } from './options.js';

export interface NetworkFacts {
  /** The network to use; one is made when undefined. */
  readonly existingNetworkId?: string | undefined;
  /** CIDRs of that one. */
  readonly existingSubnets?: readonly string[];
  /** Addresses of the nodes on it, the control plane's first; those of a network of ours follow from its subnet. */
  readonly addresses?: readonly NodeAddresses[];
  /** The cluster has IPv6 addresses too. */
  readonly dual?: boolean;
  /** CIDR; of the network that is made. */
  readonly ipv6Subnet?: string;
  /** Of the control plane, where Docker may change its own (see nodes/lasting-address.ts). */
  readonly lastingAddress?: string | undefined;
}

/** Looks at the networks of the engine, and refuses what would clash. @throws KindboxError conflict, notFound. */
export async function observeNetwork(context: EngineContext, options: CreateOptions, run: string): Promise<NetworkFacts> {
  if (options.network === undefined) {
    const [networks] = await Promise.all([context.provider.allNetworks(context.signal), requireFreeNetworkName(context, options.name)]);
    const dual = isDual(options, undefined);
    if (options.subnet !== undefined) requireFreeSubnet(options.subnet, networks, clusterRanges(options, dual));
    return dual ? { dual, ipv6Subnet: randomIpv6Subnet() } : {};
  }
  const network = await requireNetwork(context, options.network);
  const dual = isDual(options, network);
  requireApart(network, clusterRanges(options, dual));
  const places = Array.from({ length: options.numWorkers + 1 }, (_, place) => place);
  // Both: whether Docker lets an address be chosen is not known before it is asked to, and nothing tells who chose a subnet.
  const [addresses, lasting] = await Promise.all([addressesOn(context, network, options.name, places), lastingOn(context, network, run)]);
  return { existingNetworkId: network.id, existingSubnets: network.subnets, dual, addresses, lastingAddress: lasting };
}

/** None where it could not work: other drivers than Docker's bridge let nobody have an address that they did not give. */
async function lastingOn({ provider, signal }: EngineContext, { driver, subnets }: ObservedNetwork, run: string): Promise<string | undefined> {
  if (driver !== 'bridge' || subnets.every(isIpv6Range)) return undefined;
  const others = await provider.listNodes({}, signal);
  return lastingAddress(run, new Set(others.flatMap((node) => node.labels[LABELS.lastingAddress] ?? [])));
}

/** Addresses that nodes keep, on a network that others use too. @param places 0 for the control plane, 1 for the first worker. */
export async function addressesOn(context: EngineContext, network: ObservedNetwork, cluster: string, places: readonly number[]): Promise<NodeAddresses[]> {
  // Docker lets nobody choose an address on its default network.
  if (network.name === 'bridge') return places.map(() => ({}));
  const used = new Set(await context.provider.usedAddresses(network.id, context.signal));
  const { subnets, dynamicRanges = [] } = network;
  return sharedAddresses({ subnets, dynamicRanges, used }, cluster, places).map((ipv4) => {
    const ipv6 = companionAddress(subnets, ipv4);
    return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
  });
}

/** Addresses for workers that join a cluster, by their index; none on a network of the cluster's own. */
export async function addressesBeside(context: EngineContext, cluster: ObservedCluster, master: ObservedNode, workers: readonly number[]): Promise<ReadonlyMap<number, NodeAddresses>> {
  const [place] = master.addresses;
  if (workers.length === 0 || place === undefined || cluster.networks.some(({ id }) => id === place.networkId)) return new Map();
  const network = (await context.provider.findNetworks(place.networkName, context.signal)).find(({ id }) => id === place.networkId);
  if (network === undefined) return new Map();
  const addresses = await addressesOn(context, network, cluster.name, workers.map((index) => index + 1));
  return new Map(workers.map((index, position) => [index, addresses[position] ?? {}]));
}

async function requireFreeNetworkName(context: EngineContext, cluster: string): Promise<void> {
  const name = networkName(cluster);
  const [existing] = await context.provider.findNetworks(name, context.signal);
  const owner = existing?.labels[LABELS.cluster];
  // Of the cluster itself, which is refused with more to say (see lock/free-name.ts).
  if (existing === undefined || owner === cluster) return;
  throw new KindboxError(`A network named ${name} exists already`, {
    reason: 'conflict',
    because: owner === undefined ? 'kindbox did not make it.' : `It is of the cluster "${owner}".`,
    next: [`Use it with --net=${name}`, 'Choose another name for the cluster'],
  });
}

async function requireNetwork(context: EngineContext, name: string): Promise<ObservedNetwork> {
  const networks = await context.provider.findNetworks(name, context.signal);
  const [network] = networks;
  if (network === undefined) {
    throw new KindboxError(`There is no network named ${name}`, { reason: 'notFound', next: [`docker network create ${name}`, 'docker network ls'] });
  }
  if (networks.length > 1) {
    // Old daemons allow two networks of one name: moby#20648, kind#1596.
    throw new KindboxError(`There are ${networks.length} networks named ${name}`, {
      reason: 'conflict', next: networks.map((duplicate) => `docker network rm ${duplicate.id.slice(0, 12)}`),
    });
  }
  return network;
}
