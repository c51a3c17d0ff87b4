import { API_SERVER_PORT } from './create-plan.js';
import type { ClusterSession } from './session.js';

/** Where a client on this machine reaches the API server: the published port if there is one, else the node itself. */
export function clientServer(session: ClusterSession): string {
  const published = session.master.ports.find((port) => port.nodePort === API_SERVER_PORT);
  return published === undefined ? session.internalServer : `https://${session.settings.host.address}:${published.hostPort}`;
}
