import * as Flags from '@oclif/core/flags';
import { CREATE_DEFAULTS } from '../../cluster/defaults.js';
import type { CreateOptions, IpFamily, KubeconfigMode, KubeProxyMode } from '../../cluster/options.js';
import type { nodeSettings as parseNodeSettings } from '../../nodes/settings-text.js';
import { durationFlag } from './flags.js';

const KUBECONFIG_MODES: readonly KubeconfigMode[] = ['separate', 'merge', 'none'];
const KUBE_PROXY_MODES: readonly KubeProxyMode[] = ['iptables', 'nftables'];

/** What a cluster can be asked for, by all commands that make one or tell how. */
export const createFlags = {
  config: Flags.string({ helpValue: 'FILE', description: "Configuration of kindbox's or kind's, - for stdin; the other options and their variables win over it" }),
  'num-workers': Flags.integer({ default: CREATE_DEFAULTS.numWorkers, helpValue: 'N', description: 'Number of worker nodes' }),
  net: Flags.string({ helpValue: 'NETWORK', description: 'Existing Docker network to use (default: a new one, NAME-net)' }),
  subnet: Flags.string({ helpValue: 'CIDR', description: "Addresses of the cluster's own network (Docker's choice if left out)" }),
  'ip-family': Flags.option({ options: ['ipv4', 'dual'] as const })({ description: 'Families of the addresses (default: dual on a network that has IPv6, else ipv4)' }),
  image: Flags.string({ helpValue: 'IMAGE', description: 'Node image' }),
  'k8s-version': Flags.string({ helpValue: 'VERSION', description: 'Kubernetes version of the nodes, such as v1.36.3 or v1.36' }),
  runtime: Flags.string({ default: CREATE_DEFAULTS.runtime, env: 'KINDBOX_RUNTIME', description: 'Docker runtime of the nodes' }),
  'pod-subnet': Flags.string({ default: CREATE_DEFAULTS.podSubnet, helpValue: 'CIDR', description: 'Addresses of pods' }),
  cni: Flags.string({ default: CREATE_DEFAULTS.cni, helpValue: 'flannel|calico|weave|none|FILE', description: 'Network of the pods; FILE is a manifest, whose pod subnet must be --pod-subnet' }),
  'kube-proxy-mode': Flags.option({ options: KUBE_PROXY_MODES })({ description: 'How kube-proxy makes Services reachable (default: iptables)' }),
  ephemeral: Flags.boolean({ description: 'Faster, for clusters that nobody will miss: etcd without fsync, one CoreDNS' }),
  publish: Flags.integer({ char: 'p', helpValue: 'PORT', description: 'Publish the API server at this port of the host (0: any)' }),
  'api-server-address': Flags.string({ helpValue: 'HOST', description: 'Name or address by which others reach the published API server' }),
  cpus: Flags.string({ helpValue: 'N', description: 'Processors of each node, such as 1.5' }),
  memory: Flags.string({ helpValue: 'SIZE', description: 'Memory of each node, such as 2g' }),
  mount: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'HOST:NODE[:ro]', description: 'Path of the host to see in each node' }),
  port: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'HOST:NODE[/udp]', description: 'Port of the control plane to publish, such as 8080:30080' }),
  kubeconfig: Flags.option({ options: KUBECONFIG_MODES, default: CREATE_DEFAULTS.kubeconfig, env: 'KINDBOX_KUBECONFIG' })({
    description: "A file of its own, into the user's kubeconfig (and made current), or none",
  }),
  'wait-all': Flags.boolean({ char: 'w', description: 'Return only when all nodes are Ready' }),
  wait: durationFlag({ default: CREATE_DEFAULTS.waitMs, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
  retain: Flags.boolean({ char: 'r', description: 'Keep what was made if the creation fails' }),
};

/** The values of `createFlags`, as parsed. */
export interface CreateFlagValues {
  readonly 'num-workers': number;
  readonly net: string | undefined;
  readonly subnet: string | undefined;
  readonly 'ip-family': IpFamily | undefined;
  readonly image: string | undefined;
  readonly 'k8s-version': string | undefined;
  readonly runtime: string;
  readonly 'pod-subnet': string;
  readonly cni: CreateOptions['cni'];
  readonly 'kube-proxy-mode': KubeProxyMode | undefined;
  readonly ephemeral?: boolean | undefined;
  readonly publish: number | undefined;
  readonly 'api-server-address': string | undefined;
  readonly cpus: string | undefined;
  readonly memory: string | undefined;
  readonly mount: readonly string[] | undefined;
  readonly port: readonly string[] | undefined;
  readonly kubeconfig: KubeconfigMode;
  readonly 'wait-all': boolean;
  readonly wait: number;
  readonly retain: boolean;
}

/** `nodeSettings` is the engine's, which is loaded only when a command runs. @throws KindboxError usage. */
export function createOptions(name: string, flags: CreateFlagValues, nodeSettings: typeof parseNodeSettings): CreateOptions {
  const { cpus, memory, mount, port } = flags;
  return {
    name,
    numWorkers: flags['num-workers'],
    network: flags.net,
    subnet: flags.subnet,
    ipFamily: flags['ip-family'],
    image: flags.image,
    kubernetesVersion: flags['k8s-version'],
    runtime: flags.runtime,
    podSubnet: flags['pod-subnet'],
    cni: flags.cni,
    kubeProxyMode: flags['kube-proxy-mode'],
    publish: flags.publish,
    ...(flags.ephemeral === true ? { ephemeral: true } : {}),
    apiServerAddress: flags['api-server-address'],
    controlPlane: nodeSettings({ cpus, memory, mount, port }),
    workerDefaults: nodeSettings({ cpus, memory, mount }),
    kubeconfig: flags.kubeconfig,
    waitAll: flags['wait-all'],
    waitMs: flags.wait,
    retain: flags.retain,
  };
}
