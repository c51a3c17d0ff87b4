import type { CniName } from '../cni/cni.js';
import type { ComponentSettings } from '../kubeadm/component-settings.js';
import type { Operation, Plan } from '../plan/operation.js';
import type { NetworkSpec, NodeSpec } from '../provider/types.js';

interface Kind<K extends string> extends Operation {
  readonly kind: K;
}

/** Everything that can happen to a cluster. A handler of the same name in handlers/ carries each out. */
export type ClusterOperation =
  | (Kind<'create-network'> & { readonly spec: NetworkSpec })
  | (Kind<'create-node'> & { readonly spec: NodeSpec })
  | (Kind<'await-runtime'> & { readonly node: string })
  | (Kind<'customize-node'> & { readonly node: string })
  | (Kind<'init-control-plane'> & ComponentSettings & {
      readonly node: string;
      readonly podSubnet: string;
      readonly serviceSubnet?: string | undefined;
      readonly certificateNames: readonly string[];
      readonly schedulableControlPlane: boolean;
    })
  | (Kind<'fetch-credentials'> & { readonly node: string })
  | (Kind<'await-api'> & { readonly node: string })
  | (Kind<'apply-cni'> & { readonly node: string; readonly cni: CniName; readonly podSubnet: string })
  | Kind<'mint-token'>
  | Kind<'await-joinable'>
  | (Kind<'prepare-join'> & { readonly node: string })
  | (Kind<'join-worker'> & { readonly node: string })
  | Kind<'revoke-token'>
  | (Kind<'await-ready'> & { readonly nodes: readonly string[] })
  | Kind<'await-dns'>
  | (Kind<'cordon-node'> & { readonly node: string })
  | (Kind<'drain-node'> & { readonly node: string; readonly timeoutMs: number; readonly force: boolean; readonly dead: boolean })
  | (Kind<'delete-node-object'> & { readonly node: string })
  | (Kind<'remove-node'> & { readonly nodeId: string })
  | (Kind<'remove-volume'> & { readonly volumeId: string })
  | (Kind<'remove-network'> & { readonly networkId: string; readonly name: string })
  | (Kind<'write-kubeconfig'> & { readonly cluster: string })
  | (Kind<'remove-kubeconfig'> & { readonly cluster: string })
  | (Kind<'mark-complete'> & { readonly cluster: string });

export type ClusterOperationKind = ClusterOperation['kind'];
export type ClusterPlan = Plan<ClusterOperation>;
