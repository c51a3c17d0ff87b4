import { isIPv6 } from 'node:net';

/** A range of IPv6 addresses, as numbers. */
export interface Cidr6 {
  readonly address: bigint;
  readonly first: bigint;
  readonly last: bigint;
  readonly bits: number;
}

export function parseCidr6(cidr: string): Cidr6 | undefined {
  const match = /^([0-9a-fA-F:.]{2,45})\/(\d{1,3})$/.exec(cidr);
  const [, text = '', prefix = ''] = match ?? [];
  const bits = Number(prefix);
  if (match === null || !isIPv6(text) || bits > 128) return undefined;
  const address = numberOf(text);
  const size = 1n << BigInt(128 - bits);
  const first = address - (address % size);
  return { address, first, last: first + size - 1n, bits };
}

/** `fd00::1`: as RFC 5952 writes it. */
export function colons(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((address >> BigInt(16 * (7 - index))) & 0xffffn).toString(16));
  // The URL parser knows the rule for which zeros are left out.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function numberOf(text: string): bigint {
  const hex = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [left = '', right] = hex.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const groups = right === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}
