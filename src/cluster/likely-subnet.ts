import type { HostFacts } from '../host/facts.js';
import { freeSubnets } from '../host/free-subnets.js';
import type { InnerRanges } from './network-conflicts.js';

/**
 * The subnet that Docker would choose for another network, by the rules of its libnetwork: the first of its pools that no network has,
 * its host has no route to, and no DNS server an address of. To have Docker choose takes a network that is made and removed again.
 * Undefined where the routes that we see are not those of Docker's host, as in a container with its socket: its own bridge is among those.
 */
export function likelySubnet({ engine, machine }: Pick<HostFacts, 'engine' | 'machine'>, inner: InnerRanges): string | undefined {
  if (engine === undefined || machine === undefined || !engine.subnets.some((subnet) => machine.routes.includes(subnet))) return undefined;
  const taken = [...engine.subnets, ...machine.routes, ...machine.nameservers.map((address) => `${address}/32`), ...inner.pods, ...inner.services];
  return freeSubnets(engine.addressPools, taken)[0]?.base;
}
