import { withArgumentsOf } from './extra-args.js';
import { KUBELET_CONFIG } from './kubelet-credentials.js';
import { nodeRegistration, type RegistrationSettings } from './node-registration.js';
import { withPatches, type KubeadmPatch } from './patches.js';
import { kubeadmTimeouts } from './timeouts.js';
import { kubeadmApiVersion } from './version.js';
import { yamlDocuments } from './yaml-documents.js';

/** Where a worker finds the cluster's address and CA. Not a secret, and not needed after the join. */
export const DISCOVERY_FILE = '/etc/kubernetes/kindbox-discovery.conf';

/**
 * With rotation a kubelet starts before it has its certificate: refused as anonymous, it backs off for seconds from registering,
 * and now and then for ten from its first pods ("services have not yet been read"). A flag, as kubeadm insists on the
 * field of the configuration. The certificate lasts for a year, like those of kubeadm's control plane.
 */
const CERTIFICATE_FIRST = { 'rotate-certificates': 'false' } as const;

/** Of this worker, which may be older than the control plane. */
export interface JoinSettings extends RegistrationSettings {
  /** Secret: the result goes to stdin only. Not used by a worker whose kubelet has its credentials. */
  readonly token: string;
  /** Its kubeconfig has been written (see kubelet-credentials.ts), and kubeadm reads with it, too. */
  readonly hasCredentials?: boolean | undefined;
  /** Milliseconds for each wait; kubeadm's own when undefined. */
  readonly waitMs?: number | undefined;
  readonly patches?: readonly KubeadmPatch[] | undefined;
}

/**
 * The configuration of `kubeadm join`. Discovery is by file: the worker trusts exactly the CA that we read from the
 * control plane, and need not wait until the cluster-info ConfigMap has been signed for the token.
 */
export function joinConfig(settings: JoinSettings): string {
  const apiVersion = kubeadmApiVersion(settings.kubernetesVersion);
  const documents = withPatches([
    {
      apiVersion,
      kind: 'JoinConfiguration',
      discovery: settings.hasCredentials === true
        ? { file: { kubeConfigPath: KUBELET_CONFIG } }
        : { file: { kubeConfigPath: DISCOVERY_FILE }, tlsBootstrapToken: settings.token },
      nodeRegistration: nodeRegistration({ ...settings, kubeletFlags: { ...CERTIFICATE_FIRST, ...settings.kubeletFlags } }),
      ...(apiVersion.endsWith('v1beta4') ? { timeouts: kubeadmTimeouts('join', settings.waitMs) } : {}),
    },
  ], settings.patches ?? []);
  return yamlDocuments(documents.map((document) => withArgumentsOf(apiVersion, document)));
}

/** A kubeconfig without a user: the API server's address and the CA that it must prove itself with. */
export function discoveryConfig(server: string, caPem: string): string {
  return yamlDocuments([
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: '', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
      ],
    },
  ]);
}
