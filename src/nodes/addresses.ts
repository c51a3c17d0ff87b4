import { dotted, parseCidr, type Cidr } from './cidr.js';
import type { NodeRole } from './role.js';

/**
 * A network of ours is divided: nodes have addresses of their own in the lower half, which they keep across restarts;
 * whatever else is connected to it gets one of the upper half from Docker.
 */
const GATEWAY = 1;
const CONTROL_PLANE = 2;
const FIRST_WORKER = 3;

export interface DividedNetwork {
  readonly subnet: string;
  readonly gateway: string;
  /** CIDR that the engine gives addresses out of by itself. */
  readonly dynamicRange: string;
}

/** @throws TypeError when it is not an IPv4 subnet of at least eight addresses. */
export function divideNetwork(subnet: string): DividedNetwork {
  const range = dividable(subnet);
  if (range === undefined) throw new TypeError(`${subnet} cannot be divided`);
  return { subnet, gateway: dotted(range.first + GATEWAY), dynamicRange: `${dotted(range.first + half(range))}/${range.bits + 1}` };
}

/** Which address of a divided network a node has, counted from the network's own. */
export function addressOffset(role: NodeRole, index: number): number {
  return role === 'control-plane' ? CONTROL_PLANE : FIRST_WORKER + index;
}

/** The address of a node, or undefined when the lower half has no room for it: the engine chooses then. */
export function nodeAddress(subnet: string, role: NodeRole, index: number): string | undefined {
  const range = dividable(subnet);
  const offset = addressOffset(role, index);
  return range !== undefined && offset < half(range) ? dotted(range.first + offset) : undefined;
}

/** How many workers a subnet has room for. */
export function workersIn(subnet: string): number {
  const range = dividable(subnet);
  return range === undefined ? 0 : Math.max(0, half(range) - FIRST_WORKER);
}

function dividable(subnet: string): Cidr | undefined {
  const range = parseCidr(subnet);
  return range !== undefined && range.bits <= 29 ? range : undefined;
}

function half(range: Cidr): number {
  return (range.last - range.first + 1) / 2;
}
