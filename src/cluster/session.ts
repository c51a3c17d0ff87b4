import { KindboxError } from '../errors/index.js';
import type { EngineContext } from '../engine.js';
import { openApi, type ApiClient } from '../kubernetes/api-client.js';
import { newBootstrapToken, type BootstrapToken } from '../kubernetes/bootstrap-token.js';
import { parseAdminConfig } from '../kubernetes/credentials.js';
import { LABELS } from '../nodes/labels.js';
import type { StandingCommand } from '../nodes/standing-command.js';
import type { HostDescription } from '../provider/host-description.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ObservedNetwork, ObservedNode } from '../provider/types.js';
import type { KubeletCredentials } from '../kubeadm/kubelet-credentials.js';
import type { KubeadmPatch } from '../kubeadm/patches.js';
import type { RuntimeProxy } from '../nodes/runtime-proxy.js';
import type { Customization } from './customization.js';
import { Deferred } from './deferred.js';
import { byRoleAndIndex, controlPlaneOf, type ObservedCluster } from './observe.js';

export interface SessionSettings {
  readonly cluster: string;
  readonly run: string;
  readonly host: HostDescription;
  readonly kubernetesVersion: string;
  /** Name of the control plane node. */
  readonly master: string;
  /** Milliseconds for each wait. */
  readonly waitMs: number;
  readonly customization?: Customization | undefined;
  readonly guard?: RunGuard | undefined;
  /** What the container runtimes of nodes that the run makes are told. */
  readonly proxy?: RuntimeProxy | undefined;
}

/** What a run tells its lock (see lock/). */
export interface RunGuard {
  /** An object was made. @throws KindboxError conflict when the cluster was destroyed meanwhile. */
  made(): Promise<void>;
  /** The control plane runs. */
  holdIn(master: ObservedNode): void;
}

export const NO_CUSTOMIZATION: Customization = { init: [], join: [], joinByIndex: [], containerd: [], record: undefined };

/**
 * What the operations of one run learn and share: ids, the token, the administrator's credentials, the API client.
 * It is where the secrets are; nothing here is ever put into an event, a plan, a label or a command line.
 */
export class ClusterSession {
  readonly provider: NodeProvider;
  readonly token: BootstrapToken = newBootstrapToken();
  /** The cluster may know it. kubeadm init is always given one. */
  tokenIsMade = true;
  /** kubeadm has written the certificates and kubeconfigs of the control plane. */
  readonly configurationWritten = new Deferred<void>();
  /** kubeadm has published everything that a joining worker asks for whose kubelet has its credentials. */
  readonly configurationPublished = new Deferred<void>();
  /** kubeadm has set up what a worker needs that joins with the token. */
  readonly joinable = new Deferred<void>();
  /** kubeadm has made the Deployment of CoreDNS. */
  readonly dnsDeployed = new Deferred<void>();
  /** What kubelets and kube-proxies may have. */
  oomScoreAdj: number | undefined;
  /** Secret. By name, of all workers that are to join, or of none. */
  kubeletCredentials: ReadonlyMap<string, KubeletCredentials> = new Map();
  /** kubeadm's commands that wait for what they need, by the node's name. Images from before them have none. */
  readonly standing = new Map<string, StandingCommand>();
  readonly joined = new Set<string>();
  readonly ready = new Set<string>();
  /** Milliseconds since the epoch, by name, of nodes that this run started. */
  readonly startedAt = new Map<string, number>();
  /** The same, of nodes that ran and whose kubelet alone was started anew. */
  readonly servicesStartedAt = new Map<string, number>();
  /** A network of ours could not be removed, because containers that are not ours use it. */
  networkKept = false;
  /** Something may keep the controller manager from starting its controllers (see kubernetes/held-controllers.ts). */
  controllersHeld = false;
  /** Path of the kubeconfig that this run wrote or removed. */
  kubeconfig: string | undefined;

  readonly #nodes = new Map<string, ObservedNode>();
  readonly #networks = new Map<string, ObservedNetwork>();
  #adminConfig: string | undefined;
  #operator: { readonly yaml: string; readonly path: string } | undefined;
  #api: ApiClient | undefined;

  constructor(readonly context: EngineContext, readonly settings: SessionSettings) {
    this.provider = context.provider;
  }

  remember(node: ObservedNode): void {
    this.#nodes.set(node.name, node);
  }

  rememberNetwork(network: ObservedNetwork): void {
    this.#networks.set(network.name, network);
  }

  /** A network of the cluster's own, by the name or id that a plan has for it. */
  ownNetwork(reference: string): ObservedNetwork | undefined {
    return this.#networks.get(reference) ?? [...this.#networks.values()].find((network) => network.id === reference);
  }

  node(name: string): ObservedNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`the plan uses the node ${name} before it is known`);
    return node;
  }

  /** The control plane first, then the workers by index. */
  get nodes(): readonly ObservedNode[] {
    return [...this.#nodes.values()].sort(byRoleAndIndex);
  }

  get master(): ObservedNode {
    return this.node(this.settings.master);
  }

  get customization(): Customization {
    return this.settings.customization ?? NO_CUSTOMIZATION;
  }

  /** Changes to the configuration with which a worker joins. */
  joinPatches(worker: ObservedNode): KubeadmPatch[] {
    const { join, joinByIndex } = this.customization;
    return [...join, ...(joinByIndex[worker.index] ?? [])];
  }

  set adminConfig(yaml: string) {
    this.#adminConfig = yaml;
  }

  get adminConfig(): string {
    if (this.#adminConfig === undefined) throw new Error('the plan uses the credentials before they are fetched');
    return this.#adminConfig;
  }

  /** The kubeconfig, and its path on the control plane, that the engine itself works with. */
  set operator(config: { readonly yaml: string; readonly path: string }) {
    this.#operator = config;
  }

  get operator(): { readonly yaml: string; readonly path: string } {
    if (this.#operator === undefined) throw new Error('the plan uses the credentials before they are fetched');
    return this.#operator;
  }

  /** `https://172.18.0.2:6443`: where nodes, and clients on the same host, reach the API server. */
  get internalServer(): string {
    return parseAdminConfig(this.adminConfig).server;
  }

  /** One client, and so one connection, for the whole run. */
  get api(): ApiClient {
    this.#api ??= openApi(this.provider, this.master.id, parseAdminConfig(this.operator.yaml), this.context.signal);
    return this.#api;
  }

  /** A client for putting things right after `signal` of the run has ended the other one. The caller closes it. */
  openCleanUpApi(signal: AbortSignal): ApiClient {
    return openApi(this.provider, this.master.id, parseAdminConfig(this.operator.yaml), signal);
  }

  async close(): Promise<void> {
    for (const command of this.standing.values()) command.abandon();
    await this.#api?.close();
  }

  /** Removes what must never be shown from a text that is about to become part of an error. */
  scrub(text: string): string {
    return text.replaceAll(this.token.value, '<token>').replace(/[a-z0-9]{6}\.[a-z0-9]{16}/g, '<token>');
  }

  failure(message: string, because: string, logTail?: string): KindboxError {
    return new KindboxError(message, {
      reason: 'cluster', because, logTail: logTail === undefined ? undefined : this.scrub(logTail),
      next: [`kindbox destroy ${this.settings.cluster}`, 'Try again with --retain, which keeps the nodes, and look into one: docker exec -it NODE journalctl -u kubelet'],
    });
  }
}

/** For work on a cluster that there is, of which these nodes are known. They tell its version, unless `settings` do. */
export function existingSession(
  context: EngineContext, cluster: Pick<ObservedCluster, 'name' | 'nodes'>, settings: Pick<SessionSettings, 'host' | 'waitMs'> & Partial<SessionSettings>,
): ClusterSession {
  const master = controlPlaneOf(cluster);
  const session = new ClusterSession(context, {
    cluster: cluster.name, run: '', kubernetesVersion: master?.labels[LABELS.kubernetesVersion] ?? '', master: master?.name ?? '', ...settings,
  });
  cluster.nodes.forEach((node) => session.remember(node));
  session.configurationWritten.resolve();
  return session;
}
