import { stringify } from 'yaml';
import { parseAdminConfig } from '../kubernetes/credentials.js';
import { contextName, userName } from './path.js';

/** The three entries by which a kubeconfig knows a cluster; their names are unique to it. */
export interface KubeconfigEntries {
  readonly clusters: { readonly name: string; readonly cluster: Readonly<Record<string, string>> };
  readonly contexts: { readonly name: string; readonly context: { readonly cluster: string; readonly user: string } };
  readonly users: { readonly name: string; readonly user: Readonly<Record<string, string>> };
}

export interface ApiServer {
  /** `https://172.18.0.2:6443`. */
  readonly server: string;
  /** The name that its certificate has, where that is not the server's. */
  readonly tlsServerName?: string;
}

/** Makes a user's entries of kubeadm's admin.conf, which names every cluster's user alike. */
export function userEntries(cluster: string, adminConfig: string, { server, tlsServerName }: ApiServer): KubeconfigEntries {
  const { ca, cert, key } = parseAdminConfig(adminConfig);
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return {
    clusters: { name: cluster, cluster: { server, ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }), 'certificate-authority-data': base64(ca) } },
    contexts: { name: contextName(cluster), context: { cluster, user: userName(cluster) } },
    users: { name: userName(cluster), user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } },
  };
}

/** A kubeconfig of that cluster alone. */
export function userKubeconfig({ clusters, contexts, users }: KubeconfigEntries): string {
  return stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': contexts.name,
    clusters: [clusters], contexts: [contexts], users: [users], preferences: {},
  }, { version: '1.1', lineWidth: 0 });
}
