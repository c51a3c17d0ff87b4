import type { EngineContext } from '../../engine.js';
import { KindboxError, messageOf, throwIfCancelled } from '../../errors/index.js';
import { checkKubeconfig, type KubeconfigState } from '../../kubeconfig/check.js';
import { userEntries } from '../../kubeconfig/convert.js';
import { KUBELET_CONFIG } from '../../kubeadm/kubelet-credentials.js';
import { leftTokens } from '../../kubernetes/bootstrap-token.js';
import { listNodes } from '../../kubernetes/nodes.js';
import type { NodeObject } from '../../kubernetes/types.js';
import { hasAddons } from '../../kubernetes/workloads.js';
import { containerRuntime } from '../../nodes/container-runtime.js';
import { LABELS } from '../../nodes/labels.js';
import type { HostDescription } from '../../provider/host-description.js';
import type { ObservedNode } from '../../provider/types.js';
import { readCredentials } from '../credentials.js';
import { controlPlaneOf, type ObservedCluster } from '../observe.js';
import { clientServer } from '../server-address.js';
import { existingSession } from '../session.js';

/** What the API server of a cluster knows. */
export interface ApiView {
  readonly nodes: readonly NodeObject[];
  /** Ids of bootstrap tokens that runs of kindbox have left. */
  readonly tokens: readonly string[];
  /** kubeadm init came to its end: what it makes last is there. */
  readonly initialised: boolean;
}

/** What a node that runs tells of itself. */
export interface NodeView {
  /** Units of systemd that should be active and are not. */
  readonly down: readonly string[];
  /** Its kubelet was given credentials by a join that succeeded. */
  readonly joined: boolean;
  /** Files of /proc that somebody outside showed it are there no more: Sysbox was restarted under it, for example. */
  readonly procLost?: boolean;
}

/** What only those know that run in a cluster. */
export interface InsideView {
  /** Undefined when it did not answer in time. */
  readonly api: ApiView | undefined;
  /** Why not. */
  readonly silence?: string | undefined;
  /** kubeadm has written the credentials of the cluster; undefined when the control plane could not be asked. */
  readonly hasCredentials: boolean | undefined;
  /** The address by which nodes know the API server: `172.18.0.2`. */
  readonly serverAddress?: string | undefined;
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly kubeconfig: KubeconfigState | undefined;
  /** Name of the network that nodes were made on, when there is none of that name any more. */
  readonly lostNetwork?: string | undefined;
}

/** Asks everyone at once; whoever does not answer within `boundMs` milliseconds is counted as silent. */
export async function lookInside(context: EngineContext, host: HostDescription, cluster: ObservedCluster, boundMs: number): Promise<InsideView> {
  const bound = AbortSignal.any([context.signal, AbortSignal.timeout(boundMs)]);
  const bounded: EngineContext = { ...context, signal: bound };
  const running = cluster.nodes.filter(({ state }) => state === 'running');
  const master = controlPlaneOf(cluster);
  const [views, controlPlane, lostNetwork] = await Promise.all([
    Promise.all(running.map(async (node) => [node.name, await lookIntoNode(bounded, node)] as const)),
    master?.state === 'running' ? askControlPlane(bounded, host, cluster, master, boundMs) : SILENT,
    findLostNetwork(bounded, cluster),
  ]);
  throwIfCancelled(context.signal);
  return { ...controlPlane, lostNetwork, nodes: new Map(views.flatMap(([name, view]) => (view === undefined ? [] : [[name, view] as const]))) };
}

const SILENT: Pick<InsideView, 'api' | 'hasCredentials' | 'kubeconfig'> = { api: undefined, hasCredentials: undefined, kubeconfig: undefined };

/** Of these Sysbox shows nodes its own, by FUSE, as lxcfs does elsewhere. What is asked for no more than a name is answered by the kernel. */
const SHOWN_FROM_OUTSIDE = ['/proc/uptime', '/proc/sys/kernel/ostype'];
/** Of the kernel, when the process is gone that a FUSE file system was of (sysbox#227). An exec may fail with it, too. */
const FUSE_IS_DEAD = /transport endpoint is not connected/i;

async function lookIntoNode(context: EngineContext, node: ObservedNode): Promise<NodeView | undefined> {
  const [services, procLost] = await Promise.all([lookAtServices(context, node), hasLostProc(context, node)]);
  return procLost ? { ...services ?? { down: [], joined: true }, procLost } : services;
}

async function hasLostProc({ provider, signal }: EngineContext, { id }: ObservedNode): Promise<boolean> {
  const said = await provider.exec(id, ['cat', ...SHOWN_FROM_OUTSIDE], { signal }).then(({ exitCode, stdout, stderr }) => (exitCode === 0 ? '' : `${stdout}${stderr}`), explanationOf);
  return FUSE_IS_DEAD.test(said);
}

function explanationOf(error: unknown): string {
  return error instanceof KindboxError ? [error.message, error.because, error.logTail].join(' ') : messageOf(error);
}

async function lookAtServices({ provider, signal }: EngineContext, node: ObservedNode): Promise<NodeView | undefined> {
  const units = ['kubelet.service', containerRuntime(node.labels[LABELS.cri]).unit];
  try {
    const [states, credentials] = await Promise.all([
      provider.exec(node.id, ['systemctl', 'is-active', ...units], { signal }),
      // The one is written before kubeadm joins a worker, the other by kubeadm.
      provider.exec(node.id, ['test', '-e', KUBELET_CONFIG, '-a', '-e', '/var/lib/kubelet/config.yaml'], { signal }),
    ]);
    const lines = states.stdout.trim().split('\n');
    // systemd itself does not answer yet while a node boots.
    if (lines.length !== units.length) return undefined;
    return { down: units.filter((_unit, at) => lines[at] !== 'active'), joined: credentials.exitCode === 0 };
  } catch {
    return undefined;
  }
}

type ControlPlaneView = Pick<InsideView, 'api' | 'silence' | 'hasCredentials' | 'kubeconfig' | 'serverAddress'>;

async function askControlPlane(context: EngineContext, host: HostDescription, cluster: ObservedCluster, master: ObservedNode, boundMs: number): Promise<ControlPlaneView> {
  const { signal } = context;
  const session = existingSession(context, cluster, { host, waitMs: boundMs });
  let view: Pick<InsideView, 'hasCredentials' | 'kubeconfig' | 'serverAddress'> = SILENT;
  try {
    const { exitCode } = await context.provider.exec(master.id, ['test', '-e', '/etc/kubernetes/admin.conf'], { signal });
    if (exitCode !== 0) return { api: undefined, hasCredentials: false, kubeconfig: undefined };
    await readCredentials(session, master, signal);
    view = {
      hasCredentials: true, serverAddress: new URL(session.internalServer).hostname,
      kubeconfig: await checkKubeconfig(userEntries(cluster.name, session.adminConfig, clientServer(session)), context.environment),
    };
    const [nodes, tokens, initialised] = await Promise.all([listNodes(session.api, signal), leftTokens(session.api, signal), hasAddons(session.api, signal)]);
    return { ...view, api: { nodes, tokens, initialised } };
  } catch (error) {
    return { ...view, api: undefined, silence: signal.aborted ? undefined : messageOf(error) };
  } finally {
    await session.close().catch(() => undefined);
  }
}

/** Docker lets a network be removed while the nodes on it are stopped; they cannot be started then. */
async function findLostNetwork({ provider, signal }: EngineContext, { nodes }: ObservedCluster): Promise<string | undefined> {
  const stopped = nodes.find(({ state, network }) => state === 'stopped' && network !== undefined)?.network;
  if (stopped === undefined || nodes.some(({ state }) => state === 'running')) return undefined;
  const found = await provider.findNetworks(stopped, signal).catch(() => undefined);
  return found?.length === 0 ? stopped : undefined;
}
