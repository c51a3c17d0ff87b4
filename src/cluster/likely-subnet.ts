import type { HostFacts } from '../host/facts.js';
import { freeSubnets } from '../host/free-subnets.js';
import { isRootless } from '../provider/engine-facts.js';
import type { InnerRanges } from './network-conflicts.js';

/**
 * A subnet that Docker could choose for another network: of its pools, such that no network has it, its host no route to it, and no DNS
 * server an address of it. To have Docker choose takes a network that is made and removed again. Undefined where the routes that we see
 * are not those of Docker's host, as in a container with its socket, or beside a rootless daemon: Docker takes any subnet that it is given.
 */
export function likelySubnet({ engine, machine }: Pick<HostFacts, 'engine' | 'machine'>, inner: InnerRanges): string | undefined {
  if (engine === undefined || machine === undefined || isRootless(engine.securityOptions)) return undefined;
  if (!engine.subnets.some((subnet) => machine.dockerRoutes.includes(subnet))) return undefined;
  const taken = [...engine.subnets, ...machine.routes, ...machine.nameservers.map((address) => `${address}/32`), ...inner.pods, ...inner.services];
  return freeSubnets(engine.addressPools, taken)[0]?.base;
}
