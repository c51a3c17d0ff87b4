import type { ApiServer } from '../kubeconfig/convert.js';
import { LABELS } from '../nodes/labels.js';
import type { ObservedNode } from '../provider/types.js';
import { API_SERVER_PORT, apiServerUrl } from './api-server.js';
import type { ClusterSession } from './session.js';

/** kubeadm puts this name into the certificate of every API server. */
export const CERTIFIED_NAME = 'kubernetes';

/** Where a client on this machine reaches the API server. */
export function clientServer(session: ClusterSession): ApiServer {
  return serverOf(session.master, session.settings.host.address, session.internalServer);
}

/** The published port if there is one, else the node itself. @param internal the URL by which nodes know it */
export function serverOf(master: ObservedNode, hostAddress: string, internal: string): ApiServer {
  const server = apiServerUrl(master, hostAddress, internal);
  const address = master.addresses[0]?.ipv4;
  if (server !== internal || master.labels[LABELS.lastingAddress] === undefined || address === undefined) return { server };
  // Only nodes have a route to the lasting address, and no certificate has the other, which is another after each start.
  return { server: `https://${address}:${API_SERVER_PORT}`, tlsServerName: CERTIFIED_NAME };
}
