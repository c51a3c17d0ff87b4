import type { ComponentSettings } from '../kubeadm/component-settings.js';
import type { Operation, Plan } from '../plan/operation.js';
import type { NetworkSpec, NodeSpec } from '../provider/types.js';
import type { InnerRanges } from './network-conflicts.js';
import type { NodeRegistration } from './node-plan.js';
import type { KubeconfigMode, KubeProxyMode } from './options.js';

interface Kind<K extends string> extends Operation {
  readonly kind: K;
}

/** Everything that can happen to a cluster. A handler of the same name in handlers/ carries each out. */
export type ClusterOperation =
  /** The engine chooses the subnet where none was asked for: only then is it known whether it is apart from the inner ranges. */
  | (Kind<'create-network'> & { readonly spec: NetworkSpec; readonly inner: InnerRanges })
  | (Kind<'create-node'> & { readonly spec: NodeSpec })
  | (Kind<'await-runtime'> & { readonly node: string })
  | (Kind<'customize-node'> & { readonly node: string })
  | (Kind<'try-oom-score'> & { readonly node: string })
  | (Kind<'init-control-plane'> & ComponentSettings & {
      readonly node: string;
      /** CIDRs, one of each family, with a comma between them. */
      readonly podSubnet: string;
      /** Likewise; kubeadm's own choice when absent. */
      readonly serviceSubnet?: string | undefined;
      readonly certificateNames: readonly string[];
      readonly schedulableControlPlane: boolean;
      readonly kubeProxyMode?: KubeProxyMode | undefined;
      readonly ephemeral?: boolean | undefined;
      readonly registration: NodeRegistration;
      /** The node's own when absent. */
      readonly advertiseAddress?: string;
    })
  | (Kind<'fetch-credentials'> & { readonly node: string })
  | (Kind<'await-api'> & { readonly node: string })
  | (Kind<'make-first-objects'> & { readonly node: string })
  | (Kind<'start-controllers'> & { readonly node: string })
  | (Kind<'await-namespaces'> & { readonly node: string })
  | (Kind<'apply-cni'> & {
      readonly node: string;
      /** A name that kindbox knows, or the path of a manifest. */
      readonly cni: string;
      readonly podSubnet: string;
    })
  | (Kind<'look-for-images'> & { readonly node: string; readonly cni: string; readonly podSubnet: string })
  /** Gives a node of another image the pod images that the cluster runs on every node. */
  | (Kind<'share-images'> & { readonly node: string })
  | Kind<'mint-token'>
  | Kind<'await-joinable'>
  | (Kind<'hasten-dns'> & { /** kubeadm's own number when undefined. */ readonly replicas?: number | undefined })
  /** Of the kubelets of workers. */
  | (Kind<'issue-credentials'> & { readonly node: string; readonly workers: readonly string[] })
  | (Kind<'prepare-join'> & { readonly node: string })
  | (Kind<'join-worker'> & { readonly node: string; readonly registration: NodeRegistration })
  | (Kind<'label-node'> & { readonly node: string; readonly labels: Readonly<Record<string, string>> })
  | Kind<'revoke-token'>
  | (Kind<'await-ready'> & { readonly nodes: readonly string[] })
  | Kind<'await-dns'>
  | (Kind<'cordon-node'> & { readonly node: string })
  | (Kind<'drain-node'> & { readonly node: string; readonly timeoutMs: number; readonly force: boolean; readonly dead: boolean })
  | (Kind<'delete-node-object'> & { readonly node: string })
  | (Kind<'stop-node'> & { readonly nodeId: string })
  | (Kind<'start-node'> & { readonly node: string; readonly nodeId: string })
  /** At the address that follows from a network of ours, or at `ipv4`. */
  | (Kind<'connect-node'> & { readonly node: string; readonly nodeId: string; readonly networkId: string; readonly ipv4?: string | undefined })
  | (Kind<'restart-services'> & { readonly node: string; readonly units: readonly string[] })
  | (Kind<'uncordon-node'> & { readonly node: string })
  /** What kubeadm gave the Node object of the control plane, and its kubelet cannot. */
  | (Kind<'mark-control-plane'> & { readonly node: string; readonly schedulable: boolean })
  | (Kind<'revoke-left-tokens'> & { readonly tokens: readonly string[] })
  | (Kind<'await-back'> & { readonly nodes: readonly string[]; readonly dns: boolean })
  | (Kind<'refresh-kubeconfig'> & { readonly cluster: string })
  | (Kind<'keep-nodes'> & { readonly nodes: readonly string[] })
  | (Kind<'remove-node'> & { readonly nodeId: string })
  | (Kind<'remove-volume'> & { readonly volumeId: string })
  | (Kind<'remove-network'> & { readonly networkId: string; readonly name: string })
  | (Kind<'write-kubeconfig'> & { readonly cluster: string; readonly mode: Exclude<KubeconfigMode, 'none'>; readonly keepContext?: boolean })
  | (Kind<'remove-kubeconfig'> & { readonly cluster: string })
  | (Kind<'mark-complete'> & { readonly cluster: string });

export type ClusterOperationKind = ClusterOperation['kind'];
export type ClusterPlan = Plan<ClusterOperation>;
