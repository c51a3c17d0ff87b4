import { apiServerUrl } from './api-server.js';
import type { ClusterSession } from './session.js';

/** Where a client on this machine reaches the API server. */
export function clientServer(session: ClusterSession): string {
  return apiServerUrl(session.master, session.settings.host.address, session.internalServer);
}
