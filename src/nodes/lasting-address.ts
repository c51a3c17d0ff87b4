import { createHash } from 'node:crypto';
import { dotted } from './cidr.js';

/** 198.18.0.0/15: for measurements of network equipment (RFC 2544), and so in use by nobody. */
const FIRST = 198 * 2 ** 24 + 18 * 2 ** 16;
const SIZE = 2 ** 17;

/**
 * An address by which the nodes of a cluster find its control plane on a network where Docker may give it another one at
 * each start, and where it has no name either if the network is Docker's default one. The control plane answers for it,
 * workers have a route (the node image's entrypoint), nobody else needs to know. Certificates, manifests and kubeconfigs
 * of the nodes name it and so stay valid, whatever order the nodes start in (kind#148, kind#2045).
 * @param taken such addresses of other clusters, which may be on the same network
 */
export function lastingAddress(run: string, taken: ReadonlySet<string>): string {
  const start = createHash('sha256').update(run).digest().readUInt32BE();
  for (let step = 0; ; step += 1) {
    // The first and the last are left out, as the network's and the broadcast address would be.
    const address = dotted(FIRST + 1 + (start + step) % (SIZE - 2));
    if (!taken.has(address)) return address;
  }
}
