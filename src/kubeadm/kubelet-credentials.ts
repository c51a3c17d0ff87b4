import { userKubeconfig } from '../kubeconfig/convert.js';

/** How a kubelet reaches the API server, and as whom. Where it exists a kubelet asks for no certificate. */
export const KUBELET_CONFIG = '/etc/kubernetes/kubelet.conf';

const ISSUING = '/usr/local/lib/kindbox/issue-kubelet-credentials';

/** Prints secrets; nothing where the node image has no such program, at once. */
export function issueArgv(nodes: readonly string[]): string[] {
  return ['find', ISSUING, '-exec', '{}', ...nodes, ';'];
}

/** PEM in base64, as a kubeconfig has it. */
export interface KubeletCredentials {
  readonly certificate: string;
  /** Secret. */
  readonly key: string;
}

/**
 * What `issueArgv` printed, by node; of all nodes or of none, as `find` does not tell a failure half way, and those without
 * credentials join in another way and later.
 */
export function parseKubeletCredentials(printed: string, nodes: readonly string[]): Map<string, KubeletCredentials> {
  const issued = new Map(printed.split('\n').flatMap((line) => {
    const [, node, certificate, key] = /^(\S+) ([\w+/=]+) ([\w+/=]+)$/.exec(line) ?? [];
    return node === undefined || certificate === undefined || key === undefined ? [] : [[node, { certificate, key }] as const];
  }));
  return nodes.every((node) => issued.has(node)) ? issued : new Map<string, KubeletCredentials>();
}

/** The kubeconfig of a kubelet. Holds its key. @param caPem of the cluster */
export function kubeletConfig(server: string, caPem: string, node: string, { certificate, key }: KubeletCredentials): string {
  const user = `system:node:${node}`;
  return userKubeconfig({
    clusters: { name: 'cluster', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
    users: { name: user, user: { 'client-certificate-data': certificate, 'client-key-data': key } },
    contexts: { name: 'kubelet', context: { cluster: 'cluster', user } },
  });
}
