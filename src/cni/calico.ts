import type { CniSettings } from './cni.js';
import { clusterAccount, environment, mounts, nodeAgent, openResource, volumes, type HostPath, type Rule } from './objects.js';

/**
 * Calico with the API server as its store and VXLAN between the nodes, without BGP.
 * Source of names, rules and variables: projectcalico/calico, manifests/calico-vxlan.yaml.
 */
const VERSION = 'v3.30.3';
const GROUP = 'crd.projectcalico.org';

/** Calico watches these of SIG Network's too. Groups of k8s.io are taken only with a word of where they were approved. */
const ADMIN_POLICIES = {
  group: 'policy.networking.k8s.io', kinds: ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'], version: 'v1alpha1',
  annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api/pull/30' },
};

const CLUSTER_KINDS = [
  'BGPConfiguration', 'BGPFilter', 'BGPPeer', 'CalicoNodeStatus', 'ClusterInformation', 'FelixConfiguration', 'GlobalNetworkSet', 'HostEndpoint',
  'IPAMBlock', 'IPAMConfig', 'IPAMHandle', 'IPPool', 'IPReservation', 'KubeControllersConfiguration', 'Tier',
];
const NAMESPACED_KINDS = ['NetworkSet'];

const customResources = (): object[] => [
  ...CLUSTER_KINDS.map((kind) => openResource(GROUP, kind, 'Cluster', kind.endsWith('Status') ? 'caliconodestatuses' : undefined)),
  ...['BlockAffinity'].map((kind) => openResource(GROUP, kind, 'Cluster', 'blockaffinities')),
  ...['GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'].map((kind) => openResource(GROUP, kind, 'Cluster', policies(kind))),
  ...NAMESPACED_KINDS.map((kind) => openResource(GROUP, kind, 'Namespaced')),
  ...['NetworkPolicy', 'StagedNetworkPolicy', 'StagedKubernetesNetworkPolicy'].map((kind) => openResource(GROUP, kind, 'Namespaced', policies(kind))),
  ...ADMIN_POLICIES.kinds.map((kind) => openResource(ADMIN_POLICIES.group, kind, 'Cluster', policies(kind), ADMIN_POLICIES)),
];
const policies = (kind: string): string => kind.toLowerCase().replace(/y$/, 'ies');

const ALL = 'get list create update delete watch';
const CONTROLLER_RULES: readonly Rule[] = [
  ['', 'nodes pods namespaces', 'get list watch'],
  ['', 'services services/status', 'get list update watch'],
  [GROUP, 'ippools ipreservations', 'list watch'],
  [GROUP, 'blockaffinities ipamblocks ipamhandles ipamconfigs tiers hostendpoints', ALL],
  [GROUP, 'clusterinformations kubecontrollersconfigurations', 'get list create update watch'],
  [GROUP, 'kubecontrollersconfigurations/status', 'get update'],
  [GROUP, 'networkpolicies stagednetworkpolicies globalnetworkpolicies stagedglobalnetworkpolicies', ALL],
];
const AGENT_RULES: readonly Rule[] = [
  ['', 'serviceaccounts/token', 'create', 'calico-cni-plugin'],
  ['', 'pods nodes namespaces serviceaccounts endpoints services', 'get list watch'],
  ['', 'configmaps', 'get'],
  ['', 'nodes/status', 'patch update'],
  ['', 'pods/status', 'patch'],
  ['apps', 'daemonsets', 'get'],
  ['discovery.k8s.io', 'endpointslices', 'list watch'],
  ['networking.k8s.io', 'networkpolicies', 'list watch'],
  [ADMIN_POLICIES.group, 'adminnetworkpolicies baselineadminnetworkpolicies', 'list watch'],
  [GROUP, 'bgpconfigurations bgpfilters bgppeers clusterinformations felixconfigurations hostendpoints ippools ipreservations tiers', 'get list watch create update'],
  [GROUP, 'globalnetworkpolicies stagedglobalnetworkpolicies networkpolicies stagednetworkpolicies stagedkubernetesnetworkpolicies globalnetworksets networksets', 'get list watch'],
  [GROUP, 'caliconodestatuses', 'get list watch update'],
  [GROUP, 'blockaffinities ipamblocks ipamhandles ipamconfigs', ALL],
];
const PLUGIN_RULES: readonly Rule[] = [
  ['', 'pods nodes namespaces', 'get'],
  ['', 'pods/status', 'patch'],
  [GROUP, 'blockaffinities ipamblocks ipamhandles ipamconfigs clusterinformations ippools ipreservations', 'get list create update delete'],
];

const INSTALL_PATHS: readonly HostPath[] = [
  ['cni-bin', '/opt/cni/bin', '/host/opt/cni/bin', 'DirectoryOrCreate'], ['cni-net', '/etc/cni/net.d', '/host/etc/cni/net.d', 'DirectoryOrCreate'],
];
const AGENT_PATHS: readonly HostPath[] = [
  ['cni-net', '/etc/cni/net.d', '/host/etc/cni/net.d', 'DirectoryOrCreate'], ['lib-modules', '/lib/modules', '/lib/modules'],
  ['xtables-lock', '/run/xtables.lock', '/run/xtables.lock', 'FileOrCreate'], ['run-calico', '/var/run/calico', '/var/run/calico', 'DirectoryOrCreate'],
  ['lib-calico', '/var/lib/calico', '/var/lib/calico', 'DirectoryOrCreate'], ['node-agent', '/var/run/nodeagent', '/var/run/nodeagent', 'DirectoryOrCreate'],
];

/** The words in capitals are filled in by Calico's installer. */
const CNI_CONFIGURATION = JSON.stringify({
  name: 'k8s-pod-network', cniVersion: '0.3.1',
  plugins: [
    {
      type: 'calico', log_level: 'info', datastore_type: 'kubernetes', nodename: '__KUBERNETES_NODE_NAME__', mtu: 0,
      ipam: { type: 'calico-ipam' }, policy: { type: 'k8s' }, kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
    },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
  ],
});

export function calico({ podSubnet, apiServer }: CniSettings): object[] {
  const image = (program: string): string => `docker.io/calico/${program}:${VERSION}`;
  const server = { KUBERNETES_SERVICE_HOST: apiServer.hostname, KUBERNETES_SERVICE_PORT: apiServer.port };
  const probe = (flag: string): object => ({ exec: { command: ['/bin/calico-node', flag] }, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 });
  const privileged = { securityContext: { privileged: true } };
  const agent = nodeAgent('calico-node', {
    serviceAccountName: 'calico-node',
    initContainers: [{
      name: 'install-cni', image: image('cni'), command: ['/opt/cni/bin/install'], ...privileged, volumeMounts: mounts(INSTALL_PATHS),
      env: environment({ ...server, CNI_CONF_NAME: '10-calico.conflist', CNI_NETWORK_CONFIG: CNI_CONFIGURATION, CNI_MTU: '0', KUBERNETES_NODE_NAME: '@node', SLEEP: 'false' }),
    }],
    containers: [{
      name: 'calico-node', image: image('node'), ...privileged, volumeMounts: mounts(AGENT_PATHS),
      env: environment({
        ...server, DATASTORE_TYPE: 'kubernetes', WAIT_FOR_DATASTORE: 'true', NODENAME: '@node', CLUSTER_TYPE: 'k8s', IP: 'autodetect',
        CALICO_NETWORKING_BACKEND: 'vxlan', CALICO_IPV4POOL_IPIP: 'Never', CALICO_IPV4POOL_VXLAN: 'Always', CALICO_IPV4POOL_CIDR: podSubnet,
        CALICO_DISABLE_FILE_LOGGING: 'true', FELIX_DEFAULTENDPOINTTOHOSTACTION: 'ACCEPT', FELIX_IPV6SUPPORT: 'false', FELIX_HEALTHENABLED: 'true',
        // The kernel's setting belongs to the host, which a node cannot change.
        FELIX_IGNORELOOSERPF: 'true', FELIX_BPFENABLED: 'false',
      }),
      livenessProbe: probe('-felix-live'), readinessProbe: probe('-felix-ready'),
    }],
    volumes: volumes([...AGENT_PATHS, ...INSTALL_PATHS.slice(0, 1)]),
  });
  return [
    ...customResources(),
    ...clusterAccount('calico-kube-controllers', CONTROLLER_RULES), ...clusterAccount('calico-node', AGENT_RULES), ...clusterAccount('calico-cni-plugin', PLUGIN_RULES),
    agent, controllers(image('kube-controllers')),
  ];
}

function controllers(image: string): object {
  const name = 'calico-kube-controllers';
  const labels = { 'k8s-app': name };
  const probe = (flag: string): object => ({ exec: { command: ['/usr/bin/check-status', flag] }, periodSeconds: 10, timeoutSeconds: 10 });
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'kube-system', labels },
    spec: {
      replicas: 1, strategy: { type: 'Recreate' }, selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name, priorityClassName: 'system-cluster-critical', nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }, { key: 'CriticalAddonsOnly', operator: 'Exists' }],
          containers: [{
            name, image, env: environment({ ENABLED_CONTROLLERS: 'node,loadbalancer', DATASTORE_TYPE: 'kubernetes' }),
            livenessProbe: probe('-l'), readinessProbe: probe('-r'), securityContext: { runAsNonRoot: true },
          }],
        },
      },
    },
  };
}
