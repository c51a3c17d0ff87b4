import type { FirstObject } from '../kubernetes/first-objects.js';

const GROUP = 'kubeadm:cluster-admins';
const RBAC = 'rbac.authorization.k8s.io';

/** What gives admin.conf its rights since 1.29. kubeadm init makes it as soon as the API server answers, and goes on at once. */
export const ADMIN_BINDING = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: GROUP },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: RBAC, kind: 'Group', name: GROUP }],
} as const satisfies FirstObject & Record<string, unknown>;
