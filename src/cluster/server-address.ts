import type { ApiServer } from '../kubeconfig/convert.js';
import { parseAdminConfig } from '../kubernetes/credentials.js';
import { LABELS } from '../nodes/labels.js';
import type { ObservedNode } from '../provider/types.js';
import { API_SERVER_PORT } from './create-plan.js';
import type { ClusterSession } from './session.js';

/** kubeadm puts this name into the certificate of every API server. */
export const CERTIFIED_NAME = 'kubernetes';

/** Where a client on this machine reaches the API server: the published port if there is one, else the node itself. */
export function clientServer(session: ClusterSession): ApiServer {
  return serverOf(session.master, session.settings.host.address, session.adminConfig);
}

export function serverOf(master: ObservedNode, hostAddress: string, adminConfig: string): ApiServer {
  const published = master.ports.find((port) => port.nodePort === API_SERVER_PORT);
  if (published !== undefined) return { server: `https://${hostAddress}:${published.hostPort}` };
  const address = master.addresses[0]?.ipv4;
  // Only nodes have a route to the lasting address, and no certificate has the other, which is another after each start.
  if (master.labels[LABELS.lastingAddress] !== undefined && address !== undefined) {
    return { server: `https://${address}:${API_SERVER_PORT}`, tlsServerName: CERTIFIED_NAME };
  }
  return { server: parseAdminConfig(adminConfig).server };
}
