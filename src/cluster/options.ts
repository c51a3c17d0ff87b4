import type { NodeSettings } from '../nodes/settings.js';
import type { Finding } from './repair/findings.js';

export type { Finding, FindingKind } from './repair/findings.js';

export type IpFamily = 'ipv4' | 'ipv6' | 'dual';
export type KubeProxyMode = 'iptables' | 'nftables' | 'ipvs' | 'none';
/** merge: into the user's own kubeconfig. separate: a file of the cluster's. none: nothing is written. */
export type KubeconfigMode = 'merge' | 'separate' | 'none';

export interface CreateOptions {
  readonly name: string;
  readonly numWorkers: number;
  /** Name of an existing network (`bridge` is Docker's default one); a network of its own when absent. */
  readonly network?: string;
  /** Image of all nodes; the one that has `kubernetesVersion` when absent. */
  readonly image?: string;
  /** `v1.36.3`, or `v1.36` for the newest of these that there is. */
  readonly kubernetesVersion?: string;
  readonly runtime: string;
  /** CIDR. */
  readonly podSubnet: string;
  /** flannel, calico, weave, none, or the path of a manifest. */
  readonly cni: string;
  /** Port of the host at which the API server is published; 0 lets the engine choose. */
  readonly publish?: number;
  /** Return only when all nodes are Ready. */
  readonly waitAll: boolean;
  /** Milliseconds for each wait. */
  readonly waitMs: number;
  /** Keep what was made when the run fails. */
  readonly retain: boolean;
  /** CIDR of the cluster's own network; the engine's choice when absent. */
  readonly subnet?: string;
  readonly ipFamily?: IpFamily;
  /** CIDR. */
  readonly serviceSubnet?: string;
  /** Name or address of the host by which the published API server is reached; `0.0.0.0` listens on all, without naming one. Publishes. */
  readonly apiServerAddress?: string;
  readonly kubeProxyMode?: KubeProxyMode;
  /** etcd without fsync, one replica of CoreDNS: faster, and not to be relied on. */
  readonly ephemeral?: boolean;
  readonly kubeconfig?: KubeconfigMode;
  readonly controlPlane?: NodeSettings;
  /** Of every worker, those that a later resize adds included. */
  readonly workerDefaults?: NodeSettings;
  /** By index, over the defaults. */
  readonly workers?: readonly NodeSettings[];
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** Of the API server. */
  readonly runtimeConfig?: Readonly<Record<string, string>>;
  /** YAML documents that are merged into kubeadm's configuration of the same kind (RFC 7386). */
  readonly kubeadmConfigPatches?: readonly string[];
  /** TOML documents that are merged into containerd's configuration. */
  readonly containerdConfigPatches?: readonly string[];
}

export interface CreateResult {
  readonly name: string;
  readonly workers: number;
  readonly network: string;
  readonly image: string;
  readonly kubernetesVersion: string;
  readonly runtime: string;
  readonly cni: string;
  /** Path of the file that the cluster was written into; null when none was asked for. */
  readonly kubeconfig: string | null;
  readonly kubeconfigMode: KubeconfigMode;
  readonly context: string;
  readonly server: string;
  readonly nodes: readonly { readonly name: string; readonly id: string; readonly role: string; readonly address: string; readonly ready: boolean }[];
  /** Milliseconds from the start of the run to each milestone. */
  readonly milestones: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly durationMs: number;
}

export interface ResizeOptions {
  readonly name: string;
  readonly numWorkers: number;
  readonly image?: string;
  /** Of the workers that are added, over what create was asked to give every worker. */
  readonly settings?: NodeSettings;
  readonly waitAll: boolean;
  /** Milliseconds. */
  readonly waitMs: number;
  /** Milliseconds that a node may take to be drained. */
  readonly drainTimeoutMs: number;
  /** Remove a node even if its pods cannot be evicted. */
  readonly force: boolean;
  readonly retain: boolean;
}

export interface ResizeResult {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Milliseconds. */
  readonly durationMs: number;
}

export interface LifecycleOptions {
  readonly names: readonly string[];
  /** Return only when all nodes are Ready again, and not the control plane alone. */
  readonly waitAll: boolean;
  /** Milliseconds for each wait. */
  readonly waitMs: number;
}

export interface LifecycleResult {
  /** Per cluster the nodes that were not in that state already. */
  readonly clusters: readonly { readonly name: string; readonly changed: readonly string[] }[];
  /** Milliseconds. */
  readonly durationMs: number;
}

export interface RestartOptions {
  readonly node: string;
  /** Milliseconds for each wait. */
  readonly waitMs: number;
}

export interface NodeRemovalOptions {
  readonly node: string;
  /** Milliseconds that the node may take to be drained. */
  readonly drainTimeoutMs: number;
  /** Remove it even if its pods cannot be evicted. */
  readonly force: boolean;
}

export interface DestroyOptions {
  readonly names: readonly string[];
  readonly all: boolean;
}

export interface DestroyResult {
  readonly destroyed: readonly { readonly name: string; readonly nodes: readonly string[]; readonly network: 'removed' | 'kept' | 'absent'; readonly kubeconfig: string | null }[];
  /** Names that no cluster had: destroying what is not there is a success. */
  readonly absent: readonly string[];
  /** Milliseconds. */
  readonly durationMs: number;
}

/**
 * running: it is whole. degraded: the control plane runs, but not all of the rest. broken: the control plane does not run, or
 * is gone. stopped: no node runs. partial: its create never came to an end.
 */
export type ClusterState = 'running' | 'degraded' | 'broken' | 'stopped' | 'partial';

export interface ClusterSummary {
  readonly name: string;
  readonly workers: number;
  readonly network: string;
  readonly image: string;
  readonly kubernetesVersion: string;
  readonly state: ClusterState;
  /** Why, for people; empty when all is well. */
  readonly reason: string;
  /** What was found; by what Docker knows only, unless more was asked for. */
  readonly findings: readonly Finding[];
  readonly nodes: readonly { readonly name: string; readonly id: string; readonly role: string; readonly state: string; readonly address: string; readonly runtime: string; readonly image: string }[];
}

export interface RepairOptions {
  readonly name: string;
  /** Only say what is found and what would be done. */
  readonly dryRun: boolean;
  /** Milliseconds for each wait. */
  readonly waitMs: number;
}

export interface RepairResult {
  readonly name: string;
  /** Nothing was found, or nothing is left of it. */
  readonly healthy: boolean;
  /** What was found, in the order in which it came to light: some things are seen only once others are repaired. */
  readonly findings: readonly Finding[];
  /** Those that were repaired; none in a dry run. */
  readonly repaired: readonly Finding[];
  /** Milliseconds. */
  readonly durationMs: number;
}
