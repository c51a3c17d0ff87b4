import { overlaps, parseCidr } from './cidr.js';
import { parseCidr6 } from './cidr6.js';

/** Whether two CIDRs, of either family, have an address in common. What is no CIDR has none. */
export function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  if (a !== undefined && b !== undefined) return overlaps(a, b);
  const [a6, b6] = [parseCidr6(one), parseCidr6(other)];
  return a6 !== undefined && b6 !== undefined && overlaps(a6, b6);
}

export function isIpv6Range(cidr: string): boolean {
  return parseCidr6(cidr) !== undefined;
}

/** The first of `candidates` that has no address in common with any of `taken`. */
export function firstFree(candidates: Iterable<string>, taken: readonly string[]): string | undefined {
  for (const candidate of candidates) if (!taken.some((range) => rangesOverlap(candidate, range))) return candidate;
  return undefined;
}

/** Private networks that are seldom in use. */
export const PRIVATE_RANGES: readonly string[] = Array.from({ length: 55 }, (_, index) => `10.${200 + index}.0.0/16`);
