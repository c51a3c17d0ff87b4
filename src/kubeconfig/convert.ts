import { stringify } from 'yaml';
import { parseAdminConfig } from '../kubernetes/credentials.js';
import { contextName, userName } from './path.js';

/** Makes a user's kubeconfig of kubeadm's admin.conf: names that are unique to the cluster, and `server`. */
export function userKubeconfig(cluster: string, adminConfig: string, server: string): string {
  const { ca, cert, key } = parseAdminConfig(adminConfig);
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contextName(cluster),
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    contexts: [{ name: contextName(cluster), context: { cluster, user: userName(cluster) } }],
    users: [{ name: userName(cluster), user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
    preferences: {},
  }, { version: '1.1', lineWidth: 0 });
}
