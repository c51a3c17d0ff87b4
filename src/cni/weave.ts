import type { CniSettings } from './cni.js';
import { clusterAccount, environment, mounts, namespacedRole, nodeAgent, volumes, type HostPath } from './objects.js';

/** Weave Net. Its makers have stopped; 2.8.1 is their last. Source of names, rules and variables: weaveworks/weave, prog/weave-kube. */
const VERSION = '2.8.1';
const NAME = 'weave-net';

const LOCK: HostPath = ['xtables-lock', '/run/xtables.lock', '/run/xtables.lock', 'FileOrCreate'];
const INIT_PATHS: readonly HostPath[] = [
  ['cni-bin', '/opt', '/host/opt'], ['cni-bin2', '/home', '/host/home'], ['cni-conf', '/etc', '/host/etc'], ['lib-modules', '/lib/modules', '/lib/modules'], LOCK,
];
const AGENT_PATHS: readonly HostPath[] = [
  ['weavedb', '/var/lib/weave', '/weavedb', 'DirectoryOrCreate'], ['machine-id', '/etc/machine-id', '/host/etc/machine-id', 'FileOrCreate'],
  ['dbus', '/var/lib/dbus', '/host/var/lib/dbus', 'DirectoryOrCreate'], LOCK,
];

export function weave({ podSubnet, apiServer }: CniSettings): object[] {
  const image = (program: string): string => `docker.io/weaveworks/${program}:${VERSION}`;
  const server = { KUBERNETES_SERVICE_HOST: apiServer.hostname, KUBERNETES_SERVICE_PORT: apiServer.port };
  const common = { securityContext: { privileged: true }, resources: { requests: { cpu: '50m' } } };
  return [
    ...clusterAccount(NAME, [
      ['', 'pods namespaces nodes', 'get list watch'],
      ['', 'nodes/status', 'patch update'],
      ['networking.k8s.io', 'networkpolicies', 'get list watch'],
    ]),
    ...namespacedRole(NAME, [['', 'configmaps', 'get update', NAME], ['', 'configmaps', 'create']]),
    nodeAgent(NAME, {
      serviceAccountName: NAME, dnsPolicy: 'ClusterFirstWithHostNet',
      initContainers: [{ name: 'weave-init', image: image('weave-kube'), command: ['/home/weave/init.sh'], securityContext: common.securityContext, volumeMounts: mounts(INIT_PATHS) }],
      containers: [
        {
          name: 'weave', image: image('weave-kube'), command: ['/home/weave/launch.sh'], ...common, volumeMounts: mounts(AGENT_PATHS),
          env: environment({ ...server, INIT_CONTAINER: 'true', HOSTNAME: '@node', IPALLOC_RANGE: podSubnet }),
          readinessProbe: { httpGet: { host: '127.0.0.1', path: '/status', port: 6784 } },
        },
        { name: 'weave-npc', image: image('weave-npc'), ...common, volumeMounts: mounts([LOCK]), env: environment({ ...server, HOSTNAME: '@node' }) },
      ],
      volumes: volumes([...AGENT_PATHS, ...INIT_PATHS.slice(0, -1)]),
    }),
  ];
}
