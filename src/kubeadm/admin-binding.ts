import { ADMINISTRATORS, CLUSTER_ADMIN, type FirstObject } from '../kubernetes/first-objects.js';

const RBAC = 'rbac.authorization.k8s.io';

/** What gives admin.conf its rights since 1.29. kubeadm init makes it as soon as the API server answers, and goes on at once. */
export const ADMIN_BINDING: FirstObject = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: ADMINISTRATORS },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: CLUSTER_ADMIN },
  subjects: [{ apiGroup: RBAC, kind: 'Group', name: ADMINISTRATORS }],
};
