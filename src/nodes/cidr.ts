import { isIPv4 } from 'node:net';

export interface AddressSpan<T extends number | bigint> {
  readonly first: T;
  readonly last: T;
}

/** A range of IPv4 addresses, as numbers. */
export interface Cidr {
  /** The address as it was written, which may lie within the range. */
  readonly address: number;
  readonly first: number;
  readonly last: number;
  readonly bits: number;
}

export function parseCidr(cidr: string): Cidr | undefined {
  const match = /^([0-9.]{7,15})\/(\d{1,2})$/.exec(cidr);
  const [, text = '', prefix = ''] = match ?? [];
  const bits = Number(prefix);
  if (match === null || !isIPv4(text) || bits > 32) return undefined;
  const address = text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - bits);
  const first = address - (address % size);
  return { address, first, last: first + size - 1, bits };
}

/** Of addresses of either family. */
export function overlaps<T extends number | bigint>(a: AddressSpan<T>, b: AddressSpan<T>): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
