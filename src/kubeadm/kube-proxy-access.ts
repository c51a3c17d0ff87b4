import type { FirstObject } from '../kubernetes/first-objects.js';

const NAMESPACE = 'kube-system';
const CONFIGURATION = 'kube-proxy';
const RBAC = 'rbac.authorization.k8s.io';
/** The one of these that kubeadm does not make. */
export const NODES_BINDING = 'kindbox:nodes-kube-proxy';
const ROLE = { apiGroup: RBAC, kind: 'Role', name: CONFIGURATION };

/**
 * kubeadm join reads the configuration of kube-proxy, and where it is refused asks again for 0.35 s (GetConfigMapWithShortRetry)
 * before it goes on without. kubeadm init makes it a second after workers could join, and then lets those read it that join with a
 * token, not nodes that have their credentials; a node may as soon as it runs kube-proxy.
 */
export const KUBE_PROXY_ACCESS: readonly FirstObject[] = [
  // kubeadm init replaces it.
  {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: CONFIGURATION, namespace: NAMESPACE },
    data: { 'config.conf': JSON.stringify({ apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' }) },
  },
  // As kubeadm init makes it.
  {
    apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: CONFIGURATION, namespace: NAMESPACE },
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [CONFIGURATION], verbs: ['get'] }],
  },
  {
    apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name: NODES_BINDING, namespace: NAMESPACE },
    roleRef: ROLE, subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'system:nodes' }],
  },
];
