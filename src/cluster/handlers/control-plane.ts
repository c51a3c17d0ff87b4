import { ADMIN_BINDING } from '../../kubeadm/admin-binding.js';
import { initConfig } from '../../kubeadm/init-config.js';
import { KUBE_PROXY_ACCESS } from '../../kubeadm/kube-proxy-access.js';
import { PROTECTED, TRY_OOM_SCORE, UNPROTECTED } from '../../kubeadm/oom-score.js';
import { SCHEDULER_FILE, schedulerConfig } from '../../kubeadm/scheduler.js';
import { abortable } from '../../kubernetes/wait.js';
import { FIRST_OBJECTS_FILE, makeAllObjects, parseFirstObjects } from '../../kubernetes/first-objects.js';
import { startControllersInTime } from '../../kubernetes/held-controllers.js';
import { awaitApiReady, SYSTEM_NAMESPACE } from '../../kubernetes/readiness.js';
import { hastenDeployment } from '../../kubernetes/workloads.js';
import { execWhileRunning, tail } from '../../nodes/node-failure.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ObservedNode } from '../../provider/types.js';
import { readCredentials, SUPER_ADMIN_CONFIG } from '../credentials.js';
import { initSettings } from '../init-settings.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';
import { runKubeadm } from './kubeadm.js';
import { giveNode } from './node-file.js';
import { registrationSettings } from './registration.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

/** Phases of kubeadm init that begin when all certificates and kubeconfigs are on disk. */
const AFTER_KUBECONFIGS = new Set(['etcd', 'control-plane', 'kubelet-start']);
/** Phases that begin when configuration and RBAC are what a joining worker needs that has its kubelet's credentials. */
const AFTER_UPLOAD_CONFIG = new Set(['upload-certs', 'mark-control-plane', 'bootstrap-token']);
/** Phases that begin when configuration, RBAC and token are what a joining worker needs. */
const AFTER_BOOTSTRAP_TOKEN = new Set(['kubelet-finalize', 'addons']);
/**
 * What kubeadm says when they are. It goes on to publish cluster-info, which takes a third of a second, as its client may make five
 * requests a second after a burst. A worker with a discovery file asks for it, too, and does without when it is refused.
 */
const PUBLISHING = '[bootstrap-token] Creating the "cluster-info" ConfigMap';

/** Probed as often as kubeadm has the API server probed; given up no sooner than by Kubernetes' own three times ten seconds. */
export const HASTENED_DNS = { namespace: 'kube-system', name: 'coredns', container: 'coredns', periodSeconds: 1, failureThreshold: 30 } as const;
/** What kubeadm says when the Deployment exists. */
const DNS_DEPLOYED = '[addons] Applied essential addon: CoreDNS';

/**
 * Refused, the kubelet and kube-proxy try again, and wait for 0.2 s before they do anything else (applyOOMScoreAdj in Kubernetes' pkg/util/oom).
 * Few runtimes let a container have it.
 */
export async function tryOomScore(session: ClusterSession, { node }: Of<'try-oom-score'>, run: OperationRun): Promise<void> {
  const { exitCode } = await execWhileRunning(session.provider, session.node(node), TRY_OOM_SCORE, { signal: run.signal, stdin: String(PROTECTED) });
  session.oomScoreAdj = exitCode === 0 ? PROTECTED : UNPROTECTED;
}

export async function initControlPlane(session: ClusterSession, operation: Of<'init-control-plane'>, run: OperationRun): Promise<void> {
  const { settings, token } = session;
  const node = session.node(operation.node);
  const told = initSettings(operation, {
    cluster: settings.cluster, token: token.value, cgroupVersion: settings.host.cgroupVersion, oomScoreAdj: session.oomScoreAdj, waitMs: settings.waitMs, customization: session.customization,
    registration: await registrationSettings(session, node, operation.registration, run.signal),
  });
  const schedulerFile = writeSchedulerFile(session, node, schedulerConfig(told), run.signal);
  // A failure of it is told when kubeadm has ended, too: nothing may still run when a rollback begins.
  schedulerFile.catch(() => undefined);
  const milestones = [session.configurationWritten, session.configurationPublished, session.joinable, session.dnsDeployed];
  const onLine = (line: string): void => {
    const phase = /^\[([a-z-]+)\]/.exec(line)?.[1];
    if (phase === undefined) return;
    if (AFTER_KUBECONFIGS.has(phase)) session.configurationWritten.resolve();
    if (AFTER_UPLOAD_CONFIG.has(phase)) session.configurationPublished.resolve();
    if (AFTER_BOOTSTRAP_TOKEN.has(phase) || line.startsWith(PUBLISHING)) session.joinable.resolve();
    if (line.startsWith(DNS_DEPLOYED)) session.dnsDeployed.resolve();
    run.progress(phase);
  };
  try {
    const result = await runKubeadm(session, node, { signal: run.signal, stdin: initConfig(told), onLine });
    if (result.exitCode !== 0) {
      throw session.failure(`kubeadm init failed on ${operation.node} (exit code ${result.exitCode})`,
        'The lines below are the last that kubeadm wrote.', tail(`${result.stdout}\n${result.stderr}`, 30));
    }
    await schedulerFile;
    for (const milestone of milestones) milestone.resolve();
  } catch (error) {
    await Promise.allSettled([schedulerFile]);
    for (const milestone of milestones) milestone.reject(error);
    throw error;
  }
}

/** The kubelet starts the scheduler seconds later. */
async function writeSchedulerFile(session: ClusterSession, node: ObservedNode, content: string | undefined, signal: AbortSignal): Promise<void> {
  if (content === undefined) return;
  await giveNode(session, node, { path: SCHEDULER_FILE, mode: '644', content, failing: `${node.name} could not be given the scheduler's configuration` }, signal);
}

export async function awaitJoinable(session: ClusterSession, _operation: Of<'await-joinable'>, run: OperationRun): Promise<void> {
  await abortable((session.kubeletCredentials.size > 0 ? session.configurationPublished : session.joinable).promise, run.signal);
}

/** Before the controller manager makes pods of it: a change then costs nothing. */
export async function hastenDns(session: ClusterSession, { replicas }: Of<'hasten-dns'>, run: OperationRun): Promise<void> {
  await abortable(session.dnsDeployed.promise, run.signal);
  await hastenDeployment(session.api, { ...HASTENED_DNS, replicas, apiServer: new URL(session.internalServer) }, run.signal);
}

export async function fetchCredentials(session: ClusterSession, operation: Of<'fetch-credentials'>, run: OperationRun): Promise<void> {
  await abortable(session.configurationWritten.promise, run.signal);
  await readCredentials(session, session.node(operation.node), run.signal);
}

export async function awaitApi(session: ClusterSession, _operation: Of<'await-api'>, run: OperationRun): Promise<void> {
  await awaitApiReady(session.api, session.settings.waitMs, run.signal);
}

/**
 * Makes all at once what the control plane would make one by one, after a second's pause (wait.Poll in its hook
 * rbac/bootstrap-roles), and without which kubeadm, the controllers and the workers get nowhere. An image may have no list of it.
 */
export async function makeFirstObjects(session: ClusterSession, operation: Of<'make-first-objects'>, run: OperationRun): Promise<void> {
  const list = await session.provider.exec(session.node(operation.node).id, ['cat', FIRST_OBJECTS_FILE], { signal: run.signal });
  if (list.exitCode !== 0) return;
  const ofKubeadm = session.operator.path === SUPER_ADMIN_CONFIG ? [ADMIN_BINDING] : [];
  const objects = [...ofKubeadm, ...KUBE_PROXY_ACCESS, ...parseFirstObjects(list.stdout)];
  await makeAllObjects(session.api, objects, { waitMs: session.settings.waitMs, signal: run.signal });
}

export async function startControllers(session: ClusterSession, _operation: Of<'start-controllers'>, run: OperationRun): Promise<void> {
  session.controllersHeld = true;
  await startControllersInTime(session.api, { waitMs: session.settings.waitMs, signal: run.signal });
  session.controllersHeld = false;
}

/** What the API server takes from now on; some of its start-up hooks still run, for seconds on a busy machine. */
export async function awaitNamespaces(session: ClusterSession, _operation: Of<'await-namespaces'>, run: OperationRun): Promise<void> {
  await awaitApiReady(session.api, session.settings.waitMs, run.signal, SYSTEM_NAMESPACE);
}
