import type { MountSpec, PortSpec } from '../provider/types.js';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** What may differ between the nodes of one cluster. */
export interface NodeSettings {
  /** Image of this node; the cluster's when absent. */
  readonly image?: string;
  /** Labels of the Node object. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Processors; fractions are allowed. The container's limit, and the node's capacity. */
  readonly cpus?: number;
  /** Bytes. */
  readonly memoryBytes?: number;
  readonly mounts?: readonly MountSpec[];
  readonly ports?: readonly PortSpec[];
  /** YAML documents that are merged into kubeadm's configuration of this node, after the cluster's. */
  readonly kubeadmConfigPatches?: readonly string[];
}
