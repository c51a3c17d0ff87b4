import { OWN_MANIFEST } from '../cni/names.js';
import { EPHEMERAL } from '../kubeadm/ephemeral.js';
import { ownedLabels, LABELS } from '../nodes/labels.js';
import { networkName, nodeNames } from '../nodes/names.js';
import type { NodeSettings } from '../nodes/settings.js';
import { operationId as id } from '../plan/operation.js';
import { publishedApiServer, type ApiServerFacts } from './api-server.js';
import { completion, finalWaits } from './finish-plan.js';
import { firstObjects, isUsualControlPlane } from './first-objects-plan.js';
import type { ChosenImage } from './node-image.js';
import { joinOperations, revokeToken } from './join-plan.js';
import { createNode, customizeNode, labelling, mergeSettings, registrationOf, type ClusterTraits } from './node-plan.js';
import { clusterRanges } from './ip-family.js';
import type { NetworkFacts } from './network-facts.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';
import type { CreateOptions } from './options.js';
import { applyCni, awaitApi, awaitMaster, awaitRuntime, fetchCredentials } from './shared-operations.js';
import { inWaves } from './waves.js';

/**
 * All wait for the control plane, on a busy machine above all: workers that start, and then what runs on them. Where all want the
 * processors it has four fifths of them: it then is the first node that is Ready, too, and has CoreDNS run while the others come.
 */
const WEIGHT_PER_WORKER = 4;
const MOST_WEIGHT = 64;

/** What was observed and decided before planning. */
export interface CreateFacts extends NetworkFacts, ApiServerFacts {
  readonly run: string;
  readonly image: ChosenImage;
  /** Images that single nodes were given, by the name that the options say. */
  readonly otherImages?: Readonly<Record<string, ChosenImage>>;
  readonly cni: { readonly name: string; readonly networked: boolean; readonly preloaded: boolean };
  /** CIDR; of the network that is made, where the user names none (see likely-subnet.ts). */
  readonly likelySubnet?: string | undefined;
  /** Bytes; of the engine's default network. */
  readonly mtu?: number | undefined;
  /** Processors of the host. */
  readonly cpus?: number;
  /** Nodes are given configuration of the user's before they are used. */
  readonly customized?: boolean | undefined;
  /** The container runtimes of nodes are told of a proxy, whose address may hold a password: it is not part of a plan. */
  readonly proxied?: boolean;
}

/** The whole of `kindbox create`, as data. Everything that may overlap does: only `needs` orders it. */
export function planCreate(options: CreateOptions, facts: CreateFacts): ClusterPlan {
  const { name: cluster } = options;
  const [master, ...workers] = nodeNames(cluster, options.numWorkers);
  const ownNetwork = networkName(cluster);
  const madeNetwork = facts.existingNetworkId === undefined ? [id('create-network', ownNetwork)] : [];
  const apiServer = publishedApiServer(options, facts);
  const { networked } = facts.cni;
  const inner = clusterRanges(options, facts.dual === true);
  const podSubnet = inner.pods.join(',');

  const traits: ClusterTraits = {
    cluster, run: facts.run, runtime: options.runtime, podSubnet, cni: facts.cni.name, dual: facts.dual,
    network: facts.existingNetworkId ?? ownNetwork, lastingAddress: facts.lastingAddress,
    // Patches may hold credentials: for later workers they lie on the control plane (see customization.ts).
    ofControlPlane: { ...apiServer.labels, ...(facts.proxied === true ? { [LABELS.proxied]: 'true' } : {}), [LABELS.kubeconfig]: options.kubeconfig ?? 'separate', [LABELS.workerDefaults]: JSON.stringify({ ...options.workerDefaults, kubeadmConfigPatches: undefined }) },
  };
  const imageOf = (settings: NodeSettings): ChosenImage => (settings.image === undefined ? undefined : facts.otherImages?.[settings.image]) ?? facts.image;
  const masterSettings = options.controlPlane ?? {};
  const workerSettings = workers.map((_, index) => mergeSettings(options.workerDefaults, options.workers?.[index]));

  const operations: ClusterOperation[] = [
    ...(facts.existingNetworkId === undefined
      ? [{
          kind: 'create-network', id: id('create-network', ownNetwork), group: 'nodes', title: `Creating network ${ownNetwork}`, needs: [],
          inner, spec: {
            name: ownNetwork, labels: { ...ownedLabels(cluster, facts.run), [LABELS.addresses]: 'fixed' }, dividing: true,
            ...(options.subnet === undefined ? {} : { subnet: options.subnet }),
            ...(facts.likelySubnet === undefined ? {} : { likelySubnet: facts.likelySubnet }),
            ...(facts.mtu === undefined ? {} : { mtu: facts.mtu }),
            ...(facts.ipv6Subnet === undefined ? {} : { ipv6Subnet: facts.ipv6Subnet }),
          },
        } satisfies ClusterOperation]
      : []),
    createNode(traits, { role: 'control-plane', index: 0, image: imageOf(masterSettings), settings: masterSettings, ports: apiServer.ports, addresses: facts.addresses?.[0], cpuWeight: workers.length > 0 ? Math.min(WEIGHT_PER_WORKER * workers.length, MOST_WEIGHT) : undefined }, 'nodes', madeNetwork),
    // After it: made all at once, each takes as long as all, and everything waits for the control plane. Workers have time until they can join.
    ...workerSettings.map((settings, index) => createNode(traits, { role: 'worker', index, image: imageOf(settings), settings, addresses: facts.addresses?.[index + 1] }, 'nodes', madeNetwork, [id('create-node', master)])),
    awaitRuntime(master, { group: 'nodes' }),
    { kind: 'try-oom-score', id: id('try-oom-score', master), group: 'nodes', title: `Trying whether ${master} can protect its kubelet`, needs: [id('create-node', master)], node: master },
    ...(facts.customized === true ? [customizeNode(master)] : []),
    {
      kind: 'init-control-plane', id: id('init-control-plane', master), group: 'master',
      title: `Running kubeadm init on ${master} ... (may take up to a minute)`,
      needs: [id(facts.customized === true ? 'customize-node' : 'await-runtime', master), id('try-oom-score', master)], node: master, podSubnet,
      serviceSubnet: facts.dual === true ? inner.services.join(',') : options.serviceSubnet, featureGates: options.featureGates, runtimeConfig: options.runtimeConfig,
      certificateNames: apiServer.certificateNames, schedulableControlPlane: options.numWorkers === 0,
      registration: registrationOf(masterSettings), kubeProxyMode: options.kubeProxyMode, ephemeral: options.ephemeral,
      ...(facts.lastingAddress === undefined ? {} : { advertiseAddress: facts.lastingAddress }),
    },
    fetchCredentials(master, { group: 'master', needs: [id('await-runtime', master)] }),
    awaitApi(master, { group: 'master' }),
    ...(isUsualControlPlane(options) ? firstObjects(master, imageOf(masterSettings).kubernetesVersion) : []),
    {
      kind: 'hasten-dns', id: id('hasten-dns', master), group: 'master', title: 'Having CoreDNS probed every second',
      needs: [id('await-api', master)], replicas: options.ephemeral === true ? EPHEMERAL.dnsReplicas : undefined,
    },
    ...(facts.cni.preloaded
      ? []
      : [{
          kind: 'look-for-images', id: id('look-for-images', master), group: 'master', title: `Looking for the images of ${facts.cni.name} on ${master}`,
          needs: [id('await-runtime', master)], node: master, cni: options.cni, podSubnet, tolerant: true,
        } satisfies ClusterOperation]),
    ...(networked
      ? [
          ...(facts.cni.preloaded ? [awaitNamespaces(master)] : []),
          applyCni(master, facts.cni.name === OWN_MANIFEST ? options.cni : facts.cni.name, { cni: options.cni, podSubnet }, {
            group: 'master', needs: [id(facts.cni.preloaded ? 'await-namespaces' : 'await-api', master)], after: facts.cni.preloaded ? [] : [id('look-for-images', master)],
          }),
          awaitMaster(master, 'master'),
        ]
      : []),
    ...labelling(master, registrationOf(masterSettings), [id('await-api', master), id('init-control-plane', master)], { group: 'master' }),
    // kubeadm makes a token even if nobody is to join.
    ...(workers.length > 0 ? joinOperations(workers, master, (index) => ({
      customized: facts.customized === true,
      registration: registrationOf(workerSettings[index] ?? {}),
      otherImage: imageOf(workerSettings[index] ?? {}).reference !== imageOf(masterSettings).reference,
    })) : [revokeToken(master, 'master', [id('await-api', master), id('init-control-plane', master)], [])]),
    ...(networked ? finalWaits(options, workers, master) : []),
    ...completion(options, networked, workers, master),
  ];

  return {
    groups: [
      { id: 'nodes', title: 'Creating the K8s cluster nodes ...' },
      { id: 'master', title: 'Initializing the K8s master node ...' },
      { id: 'workers', title: 'Initializing the K8s worker nodes ...' },
      { id: 'finish', title: 'Finishing ...' },
    ],
    operations: inWaves(operations, workers, facts.cpus),
  };
}

/** Enough for a manifest of which we know what it needs. */
function awaitNamespaces(master: string): ClusterOperation {
  return {
    kind: 'await-namespaces', id: id('await-namespaces', master), group: 'master', title: `Waiting for the namespaces of Kubernetes on ${master} ...`,
    needs: [id('fetch-credentials', master)], node: master,
  };
}
