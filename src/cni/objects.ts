/** A rule of an RBAC role: API group, resources, verbs and, where access is to single objects, their names. */
export type Rule = readonly [group: string, resources: string, verbs: string, names?: string];

const RBAC = 'rbac.authorization.k8s.io';
const words = (text: string): string[] => text.split(' ');

function rules(list: readonly Rule[]): object[] {
  return list.map(([group, resources, verbs, names]) => ({
    apiGroups: [group], resources: words(resources), verbs: words(verbs), ...(names === undefined ? {} : { resourceNames: words(names) }),
  }));
}

/** A service account of kube-system with what it may do in the whole cluster. */
export function clusterAccount(name: string, list: readonly Rule[]): object[] {
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules: rules(list) },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects },
  ];
}

/** What a service account may do within kube-system. */
export function namespacedRole(name: string, list: readonly Rule[]): object[] {
  const metadata = { name, namespace: 'kube-system' };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules: rules(list) },
    {
      apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ];
}

/** A custom resource whose content is its controller's own business: nothing of it is checked by the API server. */
export function openResource(
  group: string, kind: string, scope: 'Cluster' | 'Namespaced', plural = `${kind.toLowerCase()}s`,
  { version = 'v1', annotations }: { readonly version?: string; readonly annotations?: Readonly<Record<string, string>> } = {},
): object {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}`, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      group, scope, names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{
        name: version, served: true, storage: true, subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
      }],
    },
  };
}

/** Paths of the node in a pod: what each is called, where it is on the node and where in the container. */
export type HostPath = readonly [name: string, onNode: string, inContainer: string, type?: 'DirectoryOrCreate' | 'FileOrCreate'];

export function volumes(paths: readonly HostPath[]): object[] {
  return paths.map(([name, path, , type]) => ({ name, hostPath: { path, ...(type === undefined ? {} : { type }) } }));
}

export function mounts(paths: readonly HostPath[]): object[] {
  return paths.map(([name, , mountPath]) => ({ name, mountPath }));
}

/** Environment variables; the value `@node` stands for the node's name. */
export function environment(values: Readonly<Record<string, string>>): object[] {
  return Object.entries(values).map(([name, value]) =>
    (value === '@node' ? { name, valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } } : { name, value }));
}

/** An agent in the network of every node, tainted ones included, that outlives nobody. */
export function nodeAgent(name: string, spec: object): object {
  const labels = { 'k8s-app': name };
  return {
    apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true, priorityClassName: 'system-node-critical', terminationGracePeriodSeconds: 0,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ effect: 'NoSchedule', operator: 'Exists' }, { effect: 'NoExecute', operator: 'Exists' }],
          ...spec,
        },
      },
    },
  };
}
