import { isIPv6 } from 'node:net';
import { isWildcard } from '../nodes/addresses.js';
import { API_SERVER_PORT } from './create-plan.js';
import type { ClusterSession } from './session.js';

/** Where a client on this machine reaches the API server: the published port if there is one, else the node itself. */
export function clientServer(session: ClusterSession): string {
  const published = session.master.ports.find((port) => port.nodePort === API_SERVER_PORT);
  if (published === undefined) return session.internalServer;
  const { hostAddress, hostPort } = published;
  const address = hostAddress === '' || isWildcard(hostAddress) || hostAddress === '127.0.0.1' ? session.settings.host.address : hostAddress;
  return `https://${isIPv6(address) ? `[${address}]` : address}:${hostPort}`;
}
