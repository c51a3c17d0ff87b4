import { nodeLabels, LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import type { NodeRole } from '../nodes/role.js';
import type { NodeSettings } from '../nodes/settings.js';
import { operationId as id } from '../plan/operation.js';
import type { NodeAddresses, PortSpec } from '../provider/types.js';
import type { ChosenImage } from './node-image.js';
import type { ClusterOperation } from './operations.js';

/** What all nodes of a cluster have in common. */
export interface ClusterTraits {
  readonly cluster: string;
  readonly run: string;
  readonly runtime: string;
  readonly podSubnet: string;
  readonly cni: string;
  /** Nodes have IPv6 addresses too. */
  readonly dual?: boolean | undefined;
  /** Id of the network, or the name of the one that the plan makes. */
  readonly network: string;
  /** Of the control plane, where Docker may change its own (see nodes/lasting-address.ts). */
  readonly lastingAddress?: string | undefined;
  /** Labels that only the control plane has. */
  readonly ofControlPlane?: Readonly<Record<string, string>>;
}

export interface PlannedNode {
  readonly role: NodeRole;
  readonly index: number;
  readonly image: ChosenImage;
  readonly settings: NodeSettings;
  /** Beyond those of the settings. */
  readonly ports?: readonly PortSpec[];
  readonly addresses?: NodeAddresses | undefined;
  /** As of NodeSpec. */
  readonly cpuWeight?: number | undefined;
}

/** The operation that makes a node's container. */
export function createNode(traits: ClusterTraits, node: PlannedNode, group: string, needs: readonly string[], after: readonly string[] = []): ClusterOperation {
  const name = nodeName(traits.cluster, node.role, node.index);
  const { settings, image, role } = node;
  return {
    kind: 'create-node', id: id('create-node', name), group, title: `Creating node ${name}`, needs, ...(after.length === 0 ? {} : { after }),
    spec: {
      name,
      image: image.reference,
      runtime: traits.runtime,
      network: traits.network,
      ...node.addresses,
      ...(traits.dual === true ? { ipv6Forwarding: true } : {}),
      labels: {
        ...nodeLabels(traits.cluster, traits.run, role, node.index),
        ...(role === 'control-plane' ? traits.ofControlPlane : {}),
        [LABELS.runtime]: traits.runtime,
        [LABELS.kubernetesVersion]: image.kubernetesVersion,
        [LABELS.cri]: image.cri,
        [LABELS.podSubnet]: traits.podSubnet,
        [LABELS.cni]: traits.cni,
        ...(traits.lastingAddress === undefined ? {} : { [LABELS.lastingAddress]: traits.lastingAddress }),
        ...(traits.dual === true ? { [LABELS.ipFamily]: 'dual' } : {}),
      },
      ports: [...node.ports ?? [], ...settings.ports ?? []],
      environment: environment(role, traits.lastingAddress),
      ...(node.cpuWeight === undefined ? {} : { cpuWeight: node.cpuWeight }),
      ...(settings.cpus === undefined ? {} : { cpus: settings.cpus }),
      ...(settings.memoryBytes === undefined ? {} : { memoryBytes: settings.memoryBytes }),
      ...(settings.mounts === undefined ? {} : { mounts: settings.mounts }),
    },
  };
}

/** Nothing for a node that was given no labels. */
export function labelling(node: string, { labels }: NodeRegistration, needs: readonly string[], about: { readonly group: string; readonly tolerant?: boolean }): ClusterOperation[] {
  if (Object.keys(labels).length === 0) return [];
  return [{ ...about, kind: 'label-node', id: id('label-node', node), title: `Labelling ${node}`, needs, node, labels }];
}

export function customizeNode(node: string): ClusterOperation {
  return { kind: 'customize-node', id: id('customize-node', node), group: 'nodes', title: `Configuring ${node} as you want it`, needs: [id('await-runtime', node)], node };
}

/** The node image's entrypoint reads the addresses at every start. */
function environment(role: NodeRole, lastingAddress: string | undefined): Record<string, string> {
  const isControlPlane = role === 'control-plane';
  return {
    ...(isControlPlane ? { KUBECONFIG: '/etc/kubernetes/admin.conf' } : {}),
    ...(lastingAddress === undefined ? {} : { [isControlPlane ? 'KINDBOX_OWN_ADDRESS' : 'KINDBOX_CONTROL_PLANE']: lastingAddress }),
  };
}

/** What a node says of itself when it registers. */
export function registrationOf({ labels = {}, taints, cpus, memoryBytes }: NodeSettings): NodeRegistration {
  return { labels, taints, limits: cpus === undefined && memoryBytes === undefined ? undefined : { cpus, memoryBytes } };
}

export interface NodeRegistration {
  readonly labels: Readonly<Record<string, string>>;
  /** kubeadm's default when undefined. */
  readonly taints: NodeSettings['taints'];
  /** Limits of the container, which its kubelet does not see. */
  readonly limits: { readonly cpus: number | undefined; readonly memoryBytes: number | undefined } | undefined;
}

/** `over` wins, field by field; labels are joined. */
export function mergeSettings(under: NodeSettings | undefined, over: NodeSettings | undefined): NodeSettings {
  const labels = { ...under?.labels, ...over?.labels };
  return { ...under, ...over, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
}
