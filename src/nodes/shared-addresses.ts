import { createHash } from 'node:crypto';
import { dotted, parseCidr } from './cidr.js';
import { colons, parseCidr6 } from './cidr6.js';

/** A network that others use too. */
export interface SharedNetwork {
  /** CIDRs, of either family. */
  readonly subnets: readonly string[];
  /** CIDRs that the engine gives addresses out of by itself; all of the subnet when there are none. */
  readonly dynamicRanges: readonly string[];
  /** Addresses that containers have or were promised, and those of gateways. */
  readonly used: ReadonlySet<string>;
}

/** As many addresses as are ever considered: a search through a /8 would take seconds. */
const MOST = 65_536;

/**
 * The address of a node on a network of somebody else's: where the engine does not go by itself, or goes last, and
 * apart from the nodes of other clusters. Undefined when that part is full: the engine chooses then.
 * @param place 0 for the control plane, 1 for the first worker.
 */
export function sharedAddress(network: SharedNetwork, cluster: string, place: number): string | undefined {
  const zone = ownZone(network);
  if (zone === undefined) return undefined;
  const size = Math.min(zone.last - zone.first + 1, MOST);
  const begin = createHash('sha256').update(cluster).digest().readUInt32BE() % size;
  for (let tried = 0; tried < size; tried += 1) {
    const address = dotted(zone.last - ((begin + place + tried) % size));
    if (!network.used.has(address)) return address;
  }
  return undefined;
}

/** Addresses for several nodes; each is another one. */
export function sharedAddresses(network: SharedNetwork, cluster: string, places: readonly number[]): (string | undefined)[] {
  const used = new Set(network.used);
  return places.map((place) => {
    const address = sharedAddress({ ...network, used }, cluster, place);
    if (address !== undefined) used.add(address);
    return address;
  });
}

/** The IPv6 address that goes with an IPv4 address: its number within the IPv6 subnet, so that it is as unique. */
export function companionAddress(subnets: readonly string[], ipv4: string | undefined): string | undefined {
  const range = subnets.map(parseCidr6).find((found) => found !== undefined && found.bits <= 96);
  const number = ipv4 === undefined ? undefined : parseCidr(`${ipv4}/32`)?.address;
  return range === undefined || number === undefined ? undefined : colons(range.first + BigInt(number));
}

/** Docker gives the lowest free address of its range: the upper half comes last, what lies outside of the range never. */
function ownZone({ subnets, dynamicRanges }: SharedNetwork): { readonly first: number; readonly last: number } | undefined {
  const subnet = subnets.map(parseCidr).find((found) => found !== undefined);
  if (subnet === undefined || subnet.bits > 29) return undefined;
  const usable = { first: subnet.first + 2, last: subnet.last - 1 };
  const dynamic = dynamicRanges.map(parseCidr).find((found) => found !== undefined);
  if (dynamic === undefined) return { first: subnet.first + (subnet.last - subnet.first + 1) / 2, last: usable.last };
  const outside = [{ first: usable.first, last: dynamic.first - 1 }, { first: dynamic.last + 1, last: usable.last }];
  return outside.filter(({ first, last }) => first <= last).sort((a, b) => (b.last - b.first) - (a.last - a.first))[0];
}
