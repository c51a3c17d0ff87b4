import { explainRefusal } from '../../kubernetes/api-error.js';
import type { Handlers, OperationRun } from '../../plan/execute.js';
import type { ClusterOperation, ClusterOperationKind } from '../operations.js';
import type { ClusterSession } from '../session.js';
import * as cni from './cni.js';
import * as controlPlane from './control-plane.js';
import { customizeNode } from './customize.js';
import * as finish from './finish.js';
import * as registration from './registration.js';
import * as lifecycle from './lifecycle.js';
import * as nodes from './nodes.js';
import * as repair from './repair.js';
import * as workers from './workers.js';

type Handler<K extends ClusterOperationKind> = (
  session: ClusterSession, operation: Extract<ClusterOperation, { kind: K }>, run: OperationRun,
) => Promise<void>;

const HANDLERS: { readonly [K in ClusterOperationKind]: Handler<K> } = {
  'create-network': nodes.createNetwork,
  'create-node': nodes.createNode,
  'await-runtime': nodes.awaitRuntime,
  'customize-node': customizeNode,
  'try-oom-score': controlPlane.tryOomScore,
  'init-control-plane': controlPlane.initControlPlane,
  'fetch-credentials': controlPlane.fetchCredentials,
  'await-api': controlPlane.awaitApi,
  'make-first-objects': controlPlane.makeFirstObjects,
  'start-controllers': controlPlane.startControllers,
  'await-namespaces': controlPlane.awaitNamespaces,
  'look-for-images': cni.lookForImages,
  'apply-cni': cni.applyCni,
  'share-images': workers.shareImages,
  'mint-token': workers.mintToken,
  'await-joinable': controlPlane.awaitJoinable,
  'hasten-dns': controlPlane.hastenDns,
  'issue-credentials': workers.issueCredentials,
  'prepare-join': workers.prepareJoin,
  'join-worker': workers.joinWorker,
  'revoke-token': workers.revokeToken,
  'label-node': registration.labelNode,
  'await-ready': finish.awaitReady,
  'await-dns': finish.awaitDns,
  'cordon-node': workers.cordonNode,
  'drain-node': workers.drainNode,
  'delete-node-object': workers.deleteNodeObject,
  'stop-node': lifecycle.stopNode,
  'start-node': lifecycle.startNode,
  'connect-node': nodes.connectNode,
  'restart-services': repair.restartServices,
  'uncordon-node': repair.uncordonNode,
  'mark-control-plane': repair.markControlPlane,
  'revoke-left-tokens': repair.revokeLeftTokens,
  'await-back': lifecycle.awaitBack,
  'refresh-kubeconfig': lifecycle.refreshClusterKubeconfig,
  'keep-nodes': lifecycle.keepNodes,
  'remove-node': nodes.removeNode,
  'remove-volume': nodes.removeVolume,
  'remove-network': nodes.removeNetwork,
  'write-kubeconfig': finish.writeClusterKubeconfig,
  'remove-kubeconfig': finish.removeClusterKubeconfig,
  'mark-complete': finish.markComplete,
};

/** The stages that plans of clusters consist of, for those who inject faults or draw timelines. */
export const STAGES = Object.keys(HANDLERS) as readonly ClusterOperationKind[];

export function handlersFor(session: ClusterSession): Handlers<ClusterOperation> {
  const bound: Record<string, (operation: ClusterOperation, run: OperationRun) => Promise<void>> = {};
  for (const [kind, handler] of Object.entries(HANDLERS)) {
    bound[kind] = (operation, run) => (handler as (...args: unknown[]) => Promise<void>)(session, operation, run).catch((error: unknown) => { throw explainRefusal(error); });
  }
  return bound as Handlers<ClusterOperation>;
}
