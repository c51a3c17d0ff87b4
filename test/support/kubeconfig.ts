import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { parse } from 'yaml';

export interface Kubeconfig {
  readonly 'current-context': string;
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string; readonly 'tls-server-name'?: string; readonly 'certificate-authority-data': string } }[];
  readonly contexts: readonly { readonly name: string; readonly context: { readonly cluster: string; readonly user: string } }[];
  readonly users: readonly { readonly name: string; readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }[];
}

export async function readKubeconfig(path: string): Promise<Kubeconfig> {
  return parse(await readFile(path, 'utf8')) as Kubeconfig;
}

/** A GET as kubectl would do it: the server's certificate must be valid for the address, or the name, that the file gives. */
export async function getByKubeconfig<T>({ clusters: [cluster], users: [user] }: Kubeconfig, path: string): Promise<T> {
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig names no cluster or no user');
  const decoded = (base64: string): Buffer => Buffer.from(base64, 'base64');
  const credentials = {
    ca: decoded(cluster.cluster['certificate-authority-data']),
    cert: decoded(user.user['client-certificate-data']),
    key: decoded(user.user['client-key-data']),
  };
  const name = cluster.cluster['tls-server-name'];
  return new Promise<T>((resolve, reject) => {
    https.get(new URL(path, cluster.cluster.server), { ...credentials, ...(name === undefined ? {} : { servername: name }), agent: false, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(body) as T);
        else reject(new Error(`${path}: ${response.statusCode} ${body}`));
      });
    }).on('error', reject);
  });
}
