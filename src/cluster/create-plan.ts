import { EPHEMERAL } from '../kubeadm/ephemeral.js';
import { ownedLabels, LABELS } from '../nodes/labels.js';
import { networkName, nodeName } from '../nodes/names.js';
import type { NodeSettings } from '../nodes/settings.js';
import { operationId as id } from '../plan/operation.js';
import { publishedApiServer, type ApiServerFacts } from './api-server.js';
import type { ChosenImage } from './node-image.js';
import { createNode, mergeSettings, registrationOf, type ClusterTraits, type NodeRegistration } from './node-plan.js';
import { clusterRanges } from './ip-family.js';
import type { NetworkFacts } from './network-facts.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';
import type { CreateOptions } from './options.js';

/** What was observed and decided before planning. */
export interface CreateFacts extends NetworkFacts, ApiServerFacts {
  readonly run: string;
  readonly image: ChosenImage;
  /** Images that single nodes were given, by the name that the options say. */
  readonly otherImages?: Readonly<Record<string, ChosenImage>>;
  readonly cni: { readonly name: string; readonly networked: boolean; readonly preloaded: boolean };
  /** Bytes; of the engine's default network. */
  readonly mtu?: number | undefined;
  /** Nodes are given configuration of the user's before they are used. */
  readonly customized?: boolean | undefined;
  /** The container runtimes of nodes are told of a proxy, whose address may hold a password: it is not part of a plan. */
  readonly proxied?: boolean;
}

/** The whole of `kindbox create`, as data. Everything that may overlap does: only `needs` orders it. */
export function planCreate(options: CreateOptions, facts: CreateFacts): ClusterPlan {
  const { name: cluster } = options;
  const master = nodeName(cluster, 'control-plane', 0);
  const workers = Array.from({ length: options.numWorkers }, (_, index) => nodeName(cluster, 'worker', index));
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
            ...(options.subnet === undefined ? {} : { subnet: options.subnet }), ...(facts.mtu === undefined ? {} : { mtu: facts.mtu }),
            ...(facts.ipv6Subnet === undefined ? {} : { ipv6Subnet: facts.ipv6Subnet }),
          },
        } satisfies ClusterOperation]
      : []),
    createNode(traits, { role: 'control-plane', index: 0, image: imageOf(masterSettings), settings: masterSettings, ports: apiServer.ports, addresses: facts.addresses?.[0] }, 'nodes', madeNetwork),
    ...workerSettings.map((settings, index) => createNode(traits, { role: 'worker', index, image: imageOf(settings), settings, addresses: facts.addresses?.[index + 1] }, 'nodes', madeNetwork)),
    {
      kind: 'await-runtime', id: id('await-runtime', master), group: 'nodes', title: `Waiting for the container runtime on ${master}`,
      needs: [id('create-node', master)], node: master,
    },
    ...(facts.customized === true ? [customizeNode(master)] : []),
    {
      kind: 'init-control-plane', id: id('init-control-plane', master), group: 'master',
      title: `Running kubeadm init on ${master} ... (may take up to a minute)`,
      needs: [id(facts.customized === true ? 'customize-node' : 'await-runtime', master)], node: master, podSubnet,
      serviceSubnet: facts.dual === true ? inner.services.join(',') : options.serviceSubnet, featureGates: options.featureGates, runtimeConfig: options.runtimeConfig,
      certificateNames: apiServer.certificateNames, schedulableControlPlane: options.numWorkers === 0,
      registration: registrationOf(masterSettings), kubeProxyMode: options.kubeProxyMode, ephemeral: options.ephemeral,
      ...(facts.lastingAddress === undefined ? {} : { advertiseAddress: facts.lastingAddress }),
    },
    {
      kind: 'fetch-credentials', id: id('fetch-credentials', master), group: 'master', title: `Setting up kubectl on ${master} ...`,
      needs: [id('await-runtime', master)], node: master,
    },
    {
      kind: 'await-api', id: id('await-api', master), group: 'master', title: `Waiting for the API server on ${master} ...`,
      needs: [id('fetch-credentials', master)], node: master,
    },
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
      ? [{
          kind: 'apply-cni', id: id('apply-cni', master), group: 'master', title: `Initializing networking (${facts.cni.name === 'file' ? options.cni : facts.cni.name}) on ${master} ...`,
          needs: [id('await-api', master)], after: facts.cni.preloaded ? [] : [id('look-for-images', master)],
          node: master, cni: options.cni, podSubnet,
        } satisfies ClusterOperation,
        {
          kind: 'await-ready', id: id('await-ready', master), group: 'master', title: `Waiting for ${master} to be ready ...`,
          needs: [id('apply-cni', master)], nodes: [master],
        } satisfies ClusterOperation]
      : []),
    ...labelling(master, registrationOf(masterSettings), [id('await-api', master), id('init-control-plane', master)], { group: 'master' }),
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
    operations,
  };
}

function joinOperations(workers: readonly string[], master: string, aboutOf: (index: number) => JoiningWorker): ClusterOperation[] {
  return [
    {
      kind: 'await-joinable', id: id('await-joinable', master), group: 'workers', title: 'Joining the worker nodes to the cluster ...',
      needs: [id('await-runtime', master)],
    },
    ...workers.flatMap((worker, index) => joinWorker(worker, [id('fetch-credentials', master)], [id('await-joinable', master)], aboutOf(index))),
    revokeToken(master, 'workers', [id('await-api', master)], workers.map((worker) => id('join-worker', worker))),
  ];
}

/** kubeadm init makes one even if nobody is to join. */
function revokeToken(master: string, group: string, needs: readonly string[], after: readonly string[]): ClusterOperation {
  return { kind: 'revoke-token', id: id('revoke-token', master), group, title: 'Revoking the join token', needs, after };
}

export interface JoiningWorker {
  readonly registration: NodeRegistration;
  /** Its image is not the control plane's. */
  readonly otherImage: boolean;
  /** It is given configuration of the user's before it is used. */
  readonly customized: boolean;
}

/** What a new worker goes through, in create and in resize. One worker's failure is not the others'. */
export function joinWorker(worker: string, credentials: readonly string[], joinable: readonly string[], { registration, otherImage, customized }: JoiningWorker): ClusterOperation[] {
  const common = { group: 'workers', tolerant: true, node: worker } as const;
  return [
    { ...common, kind: 'await-runtime', group: 'nodes', id: id('await-runtime', worker), title: `Waiting for the container runtime on ${worker}`, needs: [id('create-node', worker)] },
    ...(customized ? [{ ...customizeNode(worker), tolerant: true }] : []),
    {
      ...common, kind: 'prepare-join', id: id('prepare-join', worker), title: `Giving ${worker} the cluster's CA`,
      needs: [id(customized ? 'customize-node' : 'await-runtime', worker), ...credentials],
    },
    ...(otherImage
      ? [{
          ...common, kind: 'share-images', id: id('share-images', worker), title: `Giving ${worker} the images of the control plane`,
          needs: [id('await-runtime', worker), ...joinable],
        } satisfies ClusterOperation]
      : []),
    {
      ...common, kind: 'join-worker', id: id('join-worker', worker), title: `Joining ${worker}`, registration,
      needs: [id('prepare-join', worker), ...joinable, ...(otherImage ? [id('share-images', worker)] : [])],
    },
    ...labelling(worker, registration, [id('join-worker', worker)], { group: 'workers', tolerant: true }),
  ];
}

/** Nothing for a node that was given no labels. */
function labelling(node: string, { labels }: NodeRegistration, needs: readonly string[], about: { readonly group: string; readonly tolerant?: boolean }): ClusterOperation[] {
  if (Object.keys(labels).length === 0) return [];
  return [{ ...about, kind: 'label-node', id: id('label-node', node), title: `Labelling ${node}`, needs, node, labels }];
}

function customizeNode(node: string): ClusterOperation {
  return { kind: 'customize-node', id: id('customize-node', node), group: 'nodes', title: `Configuring ${node} as you want it`, needs: [id('await-runtime', node)], node };
}

function finalWaits(options: CreateOptions, workers: readonly string[], master: string): ClusterOperation[] {
  return [
    { kind: 'await-dns', id: id('await-dns', options.name), group: 'finish', title: 'Waiting for CoreDNS to be available ...', needs: [id('apply-cni', master), id('init-control-plane', master)] },
    ...(options.waitAll && workers.length > 0
      ? [{
          kind: 'await-ready', id: id('await-ready', 'workers'), group: 'finish', title: 'Waiting for all nodes to be ready ...',
          needs: [id('apply-cni', master)], after: workers.map((worker) => id('join-worker', worker)), nodes: workers,
        } satisfies ClusterOperation]
      : []),
  ];
}

function completion({ name: cluster, waitAll, kubeconfig = 'separate' }: CreateOptions, networked: boolean, workers: readonly string[], master: string): ClusterOperation[] {
  const required = [id('init-control-plane', master), ...(networked ? [id('await-ready', master), id('await-dns', cluster)] : [])];
  const joins = workers.map((worker) => id('join-worker', worker));
  const waits = networked && waitAll && workers.length > 0 ? [id('await-ready', 'workers')] : [];
  return [
    ...(kubeconfig === 'none'
      ? []
      : [{
          kind: 'write-kubeconfig', id: id('write-kubeconfig', cluster), group: 'finish', title: 'Writing the kubeconfig',
          needs: required, after: [...joins, ...waits], cluster, mode: kubeconfig, tolerant: true,
        } satisfies ClusterOperation]),
    keepNodes(cluster, [master, ...workers], required, [...joins, ...waits]),
    {
      kind: 'mark-complete', id: id('mark-complete', cluster), group: 'finish', title: 'Recording that the cluster is complete',
      needs: [...required, ...joins, ...waits], cluster,
    },
  ];
}

/** At the end: a node of a create that was killed must not come back with the machine. */
export function keepNodes(cluster: string, nodes: readonly string[], needs: readonly string[], after: readonly string[]): ClusterOperation {
  return { kind: 'keep-nodes', id: id('keep-nodes', cluster), group: 'finish', title: 'Letting the nodes come back after a restart of the host', needs, after, nodes };
}
