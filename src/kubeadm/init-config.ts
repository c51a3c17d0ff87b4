import { CREATE_TOKEN, JOINERS } from '../kubernetes/bootstrap-token.js';
import { withComponentSettings, type ComponentSettings } from './component-settings.js';
import { EPHEMERAL } from './ephemeral.js';
import { withArgumentsOf } from './extra-args.js';
import { kubeProxyConfig } from './kube-proxy.js';
import { isJsonObject, mergePatch, type JsonObject } from './merge-patch.js';
import { withPatches, type KubeadmPatch } from './patches.js';
import { nodeRegistration, type RegistrationSettings } from './node-registration.js';
import { READS_SCHEDULER_FILE, schedulerConfig } from './scheduler.js';
import { kubeadmTimeouts } from './timeouts.js';
import { canRefuseCgroupV1, isAtLeast, kubeadmApiVersion } from './version.js';
import { yamlDocuments } from './yaml-documents.js';

export interface InitSettings extends RegistrationSettings, ComponentSettings {
  readonly clusterName: string;
  /** CIDR. */
  readonly podSubnet: string;
  /** CIDR; kubeadm's own choice when absent. */
  readonly serviceSubnet?: string | undefined;
  /** Names and addresses that the API server's certificate must be valid for, beyond kubeadm's own. */
  readonly certificateNames: readonly string[];
  /** Bootstrap token that the workers of this run join with. Secret: the result goes to stdin only. */
  readonly token: string;
  readonly cgroupVersion: 1 | 2;
  /** No worker is going to take the pods. */
  readonly schedulableControlPlane: boolean;
  readonly kubeProxyMode?: string | undefined;
  /** What the kubelet and kube-proxy may have (see oom-score.ts), or what stands for it in a script; their own choice when undefined. */
  readonly oomScoreAdj?: number | string | undefined;
  /** See ephemeral.ts. */
  readonly ephemeral?: boolean | undefined;
  /** Where nodes reach the API server; kubeadm takes the node's own address when undefined. */
  readonly advertiseAddress?: string | undefined;
  /** Milliseconds for each wait; kubeadm's own when undefined. */
  readonly waitMs?: number | undefined;
  readonly patches?: readonly KubeadmPatch[] | undefined;
}

/**
 * The controller manager makes a service account and a token for each of its controllers before any of them starts. With
 * the default of 20 requests a second that takes five seconds, in which no node gets its certificate or its pod subnet.
 */
const UNTHROTTLED: JsonObject = { 'kube-api-qps': '200', 'kube-api-burst': '400' };
/**
 * The first attempts are refused, as the API server has no roles yet; the default of 2s makes up to 4.4s of the next. The controller
 * manager is to be elected before the API server's start-up hooks have run, which take a second and a bit (held-controllers.ts). The
 * scheduler has work half a second after the controllers. More often than needed costs: a lease that is renewed five times a second takes
 * 3 % of a processor.
 */
const EAGER_ELECTION = {
  controllerManager: { 'leader-elect-retry-period': '300ms' },
  scheduler: { 'leader-elect-retry-period': '800ms' },
} as const satisfies Readonly<Record<string, JsonObject>>;

/**
 * A new etcd waits for one to ten of its heartbeats before it elects itself, though it has nobody to ask: with the default
 * of 100 ms half a second in the mean, in which the API server waits, too. Nobody else is sent a heartbeat.
 */
const ELECTS_ITSELF: JsonObject = { 'heartbeat-interval': '10', 'election-timeout': '50' };

/**
 * Where HTTP has a port of its own, with the same certificates, gRPC has its own server, and not one within Go's of HTTP, as etcd
 * recommends (etcd#15402). In a create of ten nodes etcd takes 1.8 s of the processors, not 2.6, and the API server 6.0 s, not 7.0.
 */
const GRPC_BY_ITSELF: JsonObject = { 'listen-client-http-urls': 'https://127.0.0.1:2383' };

/** etcd knows that since 3.5.8; kubeadm 1.28 brought 3.5.9. */
function etcdArguments(kubernetesVersion: string): JsonObject {
  return isAtLeast(kubernetesVersion, '1.28.0') ? { ...ELECTS_ITSELF, ...GRPC_BY_ITSELF } : ELECTS_ITSELF;
}

/**
 * Since 1.28 kube-proxy uses no chain of the kubelet's (KEP-3178). What is left, a hint and a guard of loopback addresses, the
 * node makes when it boots, by one command where the kubelet runs twenty before it looks at its first pod.
 */
function needsNoKubeletChains(kubernetesVersion: string): boolean {
  return isAtLeast(kubernetesVersion, '1.28.0');
}

/**
 * Since 1.29 kubeadm binds the administrator's role by asking until the API server answers, and since 1.31 it can be told
 * how long. Its phase wait-control-plane, which also wants the controller manager and the scheduler to be healthy before
 * the token and the configuration for workers are written, is then not needed: those two are waited for as nodes' readiness.
 */
export function waitsForApiItself(kubernetesVersion: string): boolean {
  return isAtLeast(kubernetesVersion, '1.31.0');
}

/** The configuration of `kubeadm init`, as YAML documents. Holds the token. */
export function initConfig(settings: InitSettings): string {
  const apiVersion = kubeadmApiVersion(settings.kubernetesVersion);
  const documents = withComponentSettings(defaultDocuments(settings, apiVersion), settings);
  const patched = withPatches(documents, settings.patches ?? []).map((document) => withOneEtcd(withNames(document, certificateNames(settings))));
  return yamlDocuments(patched.map((document) => withArgumentsOf(apiVersion, document)));
}

function defaultDocuments(settings: InitSettings, apiVersion: string): JsonObject[] {
  return [
    {
      apiVersion,
      kind: 'InitConfiguration',
      bootstrapTokens: [
        {
          token: settings.token,
          ttl: '1h0m0s',
          usages: ['authentication'],
          groups: [JOINERS],
          description: CREATE_TOKEN,
        },
      ],
      ...(settings.advertiseAddress === undefined ? {} : { localAPIEndpoint: { advertiseAddress: settings.advertiseAddress } }),
      nodeRegistration: nodeRegistration({ ...settings, taints: settings.taints ?? (settings.schedulableControlPlane ? [] : undefined) }),
      ...(waitsForApiItself(settings.kubernetesVersion) ? { timeouts: kubeadmTimeouts('init', settings.waitMs) } : {}),
    },
    {
      apiVersion,
      kind: 'ClusterConfiguration',
      clusterName: settings.clusterName,
      kubernetesVersion: settings.kubernetesVersion,
      networking: { podSubnet: settings.podSubnet, ...(settings.serviceSubnet === undefined ? {} : { serviceSubnet: settings.serviceSubnet }) },
      apiServer: { certSANs: certificateNames(settings) },
      controllerManager: { extraArgs: { ...UNTHROTTLED, ...EAGER_ELECTION.controllerManager } },
      scheduler: schedulerSettings(settings),
      etcd: mergePatch({ local: { extraArgs: etcdArguments(settings.kubernetesVersion) } }, settings.ephemeral === true ? EPHEMERAL.etcd : {}),
      // ECDSA keys are made and verified in a fraction of RSA's CPU time, which a create is bound by.
      ...(apiVersion.endsWith('v1beta4') ? { encryptionAlgorithm: 'ECDSA-P256' } : {}),
    },
    kubeletConfig(settings),
    { ...kubeProxyConfig(settings.kubeProxyMode), oomScoreAdj: settings.oomScoreAdj },
  ];
}

function schedulerSettings(settings: InitSettings): JsonObject {
  return schedulerConfig(settings) === undefined
    ? { extraArgs: EAGER_ELECTION.scheduler }
    : { ...READS_SCHEDULER_FILE, extraArgs: { ...EAGER_ELECTION.scheduler, ...READS_SCHEDULER_FILE.extraArgs } };
}

function certificateNames(settings: InitSettings): string[] {
  return ['localhost', '127.0.0.1', ...settings.certificateNames];
}

/** A patch of certSANs replaces the list: the names by which kindbox's own kubeconfigs reach the API server stay in it. */
function withNames(document: JsonObject, names: readonly string[]): JsonObject {
  const { apiServer } = document;
  if (document['kind'] !== 'ClusterConfiguration') return document;
  const server = isJsonObject(apiServer) ? apiServer : {};
  const { certSANs } = server;
  return { ...document, apiServer: { ...server, certSANs: [...new Set([...names, ...(Array.isArray(certSANs) ? certSANs as string[] : [])])] } };
}

/** A patch that names an etcd elsewhere merges with what the one on the control plane is told; kubeadm wants one of the two. */
function withOneEtcd(document: JsonObject): JsonObject {
  const { etcd } = document;
  return isJsonObject(etcd) && etcd['external'] !== undefined ? mergePatch(document, { etcd: { local: null } }) as JsonObject : document;
}

function kubeletConfig(settings: InitSettings): JsonObject {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    cgroupDriver: settings.runtime.cgroupDriver,
    // The swap, disk and image space that a node sees are the host's: they say nothing about the node.
    failSwapOn: false,
    oomScoreAdj: settings.oomScoreAdj,
    ...(needsNoKubeletChains(settings.kubernetesVersion) ? { makeIPTablesUtilChains: false } : {}),
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'nodefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.available': '0%' },
    ...(settings.cgroupVersion === 1 && canRefuseCgroupV1(settings.kubernetesVersion) ? { failCgroupV1: false } : {}),
  };
}
