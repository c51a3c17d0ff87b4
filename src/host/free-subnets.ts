import { dotted, overlaps, parseCidr, type Cidr } from '../nodes/cidr.js';
import type { AddressPool } from '../provider/engine-facts.js';

/** The subnets of the pools, as pools of one, that overlap none of `taken`. */
export function freeSubnets(pools: readonly AddressPool[], taken: readonly string[]): AddressPool[] {
  const ranges = taken.map(parseCidr).filter((range) => range !== undefined);
  return pools.flatMap(({ base, size }) => {
    const range = parseCidr(base);
    if (range === undefined || size < range.bits) return [];
    return subnetsOf(range, size).filter((subnet) => !ranges.some((other) => overlaps(subnet, other)))
      .map(({ text }) => ({ base: text, size }));
  });
}

/** At most so many of a pool are looked at: 10.0.0.0/8 has 65536 of size 24. */
const ENOUGH = 512;

function subnetsOf(pool: Cidr, size: number): (Cidr & { text: string })[] {
  const step = 2 ** (32 - size);
  const count = Math.min(2 ** (size - pool.bits), ENOUGH);
  return Array.from({ length: count }, (_, index) => {
    const first = pool.first + index * step;
    return { address: first, first, last: first + step - 1, bits: size, text: `${dotted(first)}/${size}` };
  });
}
