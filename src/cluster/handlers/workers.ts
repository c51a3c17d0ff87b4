import { DISCOVERY_FILE, discoveryConfig, joinConfig } from '../../kubeadm/join-config.js';
import { issueArgv, KUBELET_CONFIG, kubeletConfig, parseKubeletCredentials } from '../../kubeadm/kubelet-credentials.js';
import { mintBootstrapToken, revokeBootstrapToken } from '../../kubernetes/bootstrap-token.js';
import { parseAdminConfig } from '../../kubernetes/credentials.js';
import { awaitNodeRegistered, cordon, deleteNode } from '../../kubernetes/nodes.js';
import { abortable } from '../../kubernetes/wait.js';
import { imagesOfEveryNode } from '../../kubernetes/workloads.js';
import { drainNode as drain } from '../../kubernetes/drain.js';
import { copyPodImages, podImages } from '../../nodes/pod-images.js';
import { execWhileRunning, tail } from '../../nodes/node-failure.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';
import { runKubeadm } from './kubeadm.js';
import { giveNode } from './node-file.js';
import { registrationSettings } from './registration.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

const TOKEN_TTL_MS = 15 * 60_000;

/** Only for workers whose kubelets ask for their credentials with it. */
export async function mintToken(session: ClusterSession, _operation: Of<'mint-token'>, run: OperationRun): Promise<void> {
  session.tokenIsMade = session.kubeletCredentials.size === 0;
  if (session.tokenIsMade) await mintBootstrapToken(session.api, session.token, TOKEN_TTL_MS, run.signal);
}

export async function revokeToken(session: ClusterSession, _operation: Of<'revoke-token'>, run: OperationRun): Promise<void> {
  if (session.tokenIsMade) await revokeBootstrapToken(session.api, session.token, run.signal);
}

/**
 * Has the control plane make the kubelets' credentials while its API server starts: a kubelet that asks for them waits for the
 * controller manager to sign them, two seconds longer. An image whose control plane cannot has them ask.
 */
export async function issueCredentials(session: ClusterSession, { node, workers }: Of<'issue-credentials'>, run: OperationRun): Promise<void> {
  await abortable(session.configurationWritten.promise, run.signal);
  const issued = await execWhileRunning(session.provider, session.node(node), issueArgv(workers), { signal: run.signal });
  if (issued.exitCode === 0) session.kubeletCredentials = parseKubeletCredentials(issued.stdout, workers);
}

/** Gives a worker the address and the CA of the cluster that it is to join, and its kubelet its credentials. */
export async function prepareJoin(session: ClusterSession, operation: Of<'prepare-join'>, run: OperationRun): Promise<void> {
  const { ca, server } = parseAdminConfig(session.adminConfig);
  const node = session.node(operation.node);
  const credentials = session.kubeletCredentials.get(node.name);
  const file = credentials === undefined
    ? { path: DISCOVERY_FILE, mode: '644', content: discoveryConfig(server, ca) }
    : { path: KUBELET_CONFIG, mode: '600', content: kubeletConfig(server, ca, node.name, credentials) };
  await giveNode(session, node, { ...file, failing: `${node.name} could not be prepared for the join` }, run.signal);
}

/** Without them the node would pull kube-proxy of the control plane's version, from a registry that may be out of reach. */
export async function shareImages(session: ClusterSession, operation: Of<'share-images'>, run: OperationRun): Promise<void> {
  const [master, node] = [session.master, session.node(operation.node)];
  const [wanted, there, own] = await Promise.all([
    imagesOfEveryNode(session.api, run.signal), podImages(session.provider, master, run.signal), podImages(session.provider, node, run.signal),
  ]);
  const copied = wanted.filter((name) => there.has(name) && !own.has(name));
  if (copied.length > 0) await copyPodImages(session.provider, master, node, copied, run.signal);
}

export async function joinWorker(session: ClusterSession, operation: Of<'join-worker'>, run: OperationRun): Promise<void> {
  const node = session.node(operation.node);
  const config = joinConfig({
    ...await registrationSettings(session, node, operation.registration, run.signal), token: session.token.value,
    hasCredentials: session.kubeletCredentials.has(node.name), waitMs: session.settings.waitMs, patches: session.joinPatches(node),
  });
  const result = await runKubeadm(session, node, {
    signal: run.signal, stdin: config, timeoutMs: session.settings.waitMs,
    onLine: (line) => { const phase = /^\[([a-z-]+)\]/.exec(line)?.[1]; if (phase !== undefined) run.progress(phase); },
  });
  if (result.exitCode !== 0) {
    throw session.failure(`${node.name} could not join the cluster (kubeadm's exit code ${result.exitCode})`,
      'The lines below are the last that kubeadm wrote.', tail(`${result.stdout}\n${result.stderr}`));
  }
  // kubeadm is content with the kubelet's certificate: the kubelet registers its node about a second later.
  await awaitNodeRegistered(session.api, node.name, session.settings.waitMs, run.signal);
  session.joined.add(node.name);
}

export async function cordonNode(session: ClusterSession, operation: Of<'cordon-node'>, run: OperationRun): Promise<void> {
  await cordon(session.api, operation.node, run.signal);
}

/** Moves the node's pods elsewhere, within bounds. */
export async function drainNode(session: ClusterSession, operation: Of<'drain-node'>, run: OperationRun): Promise<void> {
  const { timeoutMs, force, dead } = operation;
  await drain(session.api, operation.node, { timeoutMs, force, dead, signal: run.signal });
}

export async function deleteNodeObject(session: ClusterSession, operation: Of<'delete-node-object'>, run: OperationRun): Promise<void> {
  await deleteNode(session.api, operation.node, run.signal);
}
