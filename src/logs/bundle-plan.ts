import type { InspectableKind } from '../provider/diagnostics.js';
import type { ObservedNetwork, ObservedNode, ObservedVolume } from '../provider/types.js';
import { LABELS } from '../nodes/labels.js';
import { safeSegment } from './bundle-folder.js';

/** What a bundle may be made of. */
export interface Bundled {
  readonly name: string;
  readonly nodes: readonly ObservedNode[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
}

/** Where the content of a file comes from. A handler of the same name in sources.ts gets it. */
export type Source =
  /** The output of a command that must succeed, however long it is. */
  | { readonly kind: 'stream'; readonly node: ObservedNode; readonly argv: readonly string[] }
  /** The output of a command of few lines, whose exit code says something, too. */
  | { readonly kind: 'report'; readonly node: ObservedNode; readonly argv: readonly string[] }
  /** One file for each log of a pod of the system. */
  | { readonly kind: 'pod-logs'; readonly node: ObservedNode }
  | { readonly kind: 'console'; readonly node: ObservedNode }
  | { readonly kind: 'inspect'; readonly objects: readonly { readonly kind: InspectableKind; readonly id: string }[] }
  | { readonly kind: 'events'; readonly cluster: Bundled };

export type BundleItem = {
  /** Path in the bundle; of a folder for several files. */
  readonly path: string;
} & (
  | { readonly source: Source; readonly unavailable?: never }
  /** Why it cannot be had; then it is not tried. */
  | { readonly source?: never; readonly unavailable: string }
);

const JOURNAL = ['journalctl', '--no-pager', '--quiet', '--output=short-iso-precise', '--no-hostname'];
const KUBECTL = ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', '--request-timeout=20s', 'get'];
/** Of pods and containers; these nodes have no crictl. */
const CONTAINER_LISTS: Readonly<Record<string, readonly (readonly [file: string, argv: readonly string[]])[]>> = {
  containerd: [
    ['containers.txt', ['ctr', '--timeout=20s', '--namespace=k8s.io', 'containers', 'list']],
    ['tasks.txt', ['ctr', '--timeout=20s', '--namespace=k8s.io', 'tasks', 'list']],
  ],
  docker: [['containers.txt', ['docker', 'container', 'ls', '--all', '--no-trunc']]],
};
const KUBERNETES: readonly (readonly [file: string, argv: readonly string[]])[] = [
  ['kubeadm-config.yaml', ['configmap', 'kubeadm-config', '--namespace=kube-system', '--output=yaml']],
  ['nodes.json', ['nodes', '--output=json']],
  ['pods.json', ['pods', '--all-namespaces', '--output=json']],
  ['pods.txt', ['pods', '--all-namespaces', '--output=wide']],
  ['kubernetes-events.json', ['events', '--all-namespaces', '--output=json']],
];

/** Everything that is wanted of a cluster, the most telling first: time may run out. */
export function planBundle(cluster: Bundled): BundleItem[] {
  const master = cluster.nodes.find(({ role }) => role === 'control-plane');
  return [...nodeItems(cluster.nodes, firstItems), ...clusterItems(cluster), ...kubernetesItems(master), ...nodeItems(cluster.nodes, furtherItems)];
}

function nodeItems(nodes: readonly ObservedNode[], itemsOf: (node: ObservedNode) => BundleItem[]): BundleItem[] {
  return nodes.flatMap((node) => itemsOf(node).map((item) => ({ ...item, path: `${safeSegment(node.name)}/${item.path}` })));
}

function firstItems(node: ObservedNode): BundleItem[] {
  return [
    { path: 'inspect.json', source: { kind: 'inspect', objects: [{ kind: 'node', id: node.id }] } },
    { path: 'console.log', source: { kind: 'console', node } },
    inside(node, 'units.txt', { kind: 'report', node, argv: ['systemctl', 'status', '--no-pager', '--full', '--lines=0', 'kubelet.service', `${criOf(node)}.service`] }),
    inside(node, 'kubelet.log', { kind: 'stream', node, argv: [...JOURNAL, '--unit=kubelet'] }),
    inside(node, `${criOf(node)}.log`, { kind: 'stream', node, argv: [...JOURNAL, `--unit=${criOf(node)}`] }),
  ];
}

function furtherItems(node: ObservedNode): BundleItem[] {
  return [
    inside(node, 'journal.log', { kind: 'stream', node, argv: JOURNAL }),
    inside(node, 'pods', { kind: 'pod-logs', node }),
    ...(CONTAINER_LISTS[criOf(node)] ?? []).map(([file, argv]) => inside(node, file, { kind: 'report', node, argv })),
    inside(node, 'failed-units.txt', { kind: 'report', node, argv: ['systemctl', 'list-units', '--failed', '--no-pager', '--full'] }),
    inside(node, 'processes.txt', { kind: 'report', node, argv: ['systemd-cgls', '--no-pager', '--full'] }),
    inside(node, 'mounts.txt', { kind: 'report', node, argv: ['cat', '/proc/self/mountinfo'] }),
  ];
}

function clusterItems(cluster: Bundled): BundleItem[] {
  const networks = [...new Set([...cluster.networks.map(({ id }) => id), ...cluster.nodes.flatMap(({ addresses }) => addresses.map(({ networkId }) => networkId))])];
  return [
    { path: 'cluster/events.jsonl', source: { kind: 'events', cluster } },
    { path: 'cluster/networks.json', source: { kind: 'inspect', objects: networks.map((id) => ({ kind: 'network', id })) } },
    { path: 'cluster/volumes.json', source: { kind: 'inspect', objects: cluster.volumes.map(({ id }) => ({ kind: 'volume', id })) } },
  ];
}

function kubernetesItems(master: ObservedNode | undefined): BundleItem[] {
  return KUBERNETES.map(([file, argv]) => {
    const path = `cluster/${file}`;
    if (master === undefined) return { path, unavailable: 'the cluster has no control plane' };
    return inside(master, path, { kind: 'stream', node: master, argv: [...KUBECTL, ...argv] });
  });
}

/** What only a running node can say. */
function inside(node: ObservedNode, path: string, source: Source): BundleItem {
  return node.state === 'running' ? { path, source } : { path, unavailable: `${node.name} is ${node.state}, not running` };
}

function criOf(node: ObservedNode): 'containerd' | 'docker' {
  return node.labels[LABELS.cri] === 'docker' ? 'docker' : 'containerd';
}
