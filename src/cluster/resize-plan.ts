import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import { operationId as id } from '../plan/operation.js';
import type { NodeAddresses, ObservedNode } from '../provider/types.js';
import type { ChosenImage } from './node-image.js';
import { createNode, mergeSettings, registrationOf, type ClusterTraits } from './node-plan.js';
import type { NodeSettings } from '../nodes/settings.js';
import { joinWorker, keepNodes, type JoiningWorker } from './create-plan.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';
import type { ResizeOptions } from './options.js';

export interface ResizeFacts {
  readonly run: string;
  readonly master: ObservedNode;
  readonly workers: readonly ObservedNode[];
  /** Names of the Node objects that the API server knows. */
  readonly nodeObjects: ReadonlySet<string>;
  readonly image: ChosenImage;
  readonly networkId: string;
  /** Nodes are given configuration of the user's before they are used. */
  readonly customized?: boolean | undefined;
  /** Of workers that come, by index; those on a network of ours follow from its subnet. */
  readonly addresses?: ReadonlyMap<number, NodeAddresses>;
}

export interface ResizeDecision {
  readonly add: readonly number[];
  readonly remove: readonly ObservedNode[];
  /** Containers whose kubelet never joined: they are made anew. */
  readonly replace: readonly ObservedNode[];
  /** Node objects of workers that have no container. */
  readonly stale: readonly string[];
}

/** Which workers go, which come, and what is put right on the way. From the highest index down, the lowest gap up. */
export function decideResize(cluster: string, wanted: number, facts: Pick<ResizeFacts, 'workers' | 'nodeObjects'>): ResizeDecision {
  const byIndex = [...facts.workers].sort((a, b) => a.index - b.index);
  const kept = byIndex.slice(0, wanted);
  const taken = new Set(kept.map((worker) => worker.index));
  const free = Array.from({ length: wanted }, (_, index) => index).filter((index) => !taken.has(index));
  const containers = new Set(facts.workers.map((worker) => worker.name));
  const isWorkerName = (name: string): boolean => name.startsWith(`${cluster}-worker-`) && /^\d+$/.test(name.slice(`${cluster}-worker-`.length));
  return {
    add: free.slice(0, wanted - kept.length),
    remove: byIndex.slice(wanted).reverse(),
    replace: kept.filter((worker) => !facts.nodeObjects.has(worker.name)),
    stale: [...facts.nodeObjects].filter((name) => isWorkerName(name) && !containers.has(name)),
  };
}

export function planResize(options: ResizeOptions, facts: ResizeFacts): ClusterPlan {
  const { name: cluster } = options;
  const decision = decideResize(cluster, options.numWorkers, facts);
  const down = decision.remove.flatMap((worker) => removal(worker, decision.remove, options));
  const stale = decision.stale.map((node) => ({
    kind: 'delete-node-object', id: id('delete-node-object', node), group: 'resize', title: `Removing node ${node}, which has no container`, needs: [], node,
  }) satisfies ClusterOperation);
  const replaced = decision.replace.map((worker) => removeContainer(worker, 'Removing node', []));
  const before = [...stale, ...replaced].map((operation) => operation.id);
  const added = [...decision.replace.map((worker) => worker.index), ...decision.add];

  return {
    groups: [
      { id: 'resize', title: `Resizing the K8s cluster (current = ${facts.workers.length}, desired = ${options.numWorkers}) ...` },
      { id: 'workers', title: 'Initializing the K8s worker nodes ...' },
      { id: 'finish', title: 'Finishing ...' },
    ],
    operations: [
      ...down, ...stale, ...replaced,
      ...(added.length > 0 ? additions(options, facts, added, before) : []),
      ...(added.length > 0 ? [keepAdded(cluster, added)] : []),
      {
        kind: 'mark-complete', id: id('mark-complete', cluster), group: 'finish', title: 'Recording that the cluster is complete',
        needs: [
          ...added.map((index) => id('join-worker', nodeName(cluster, 'worker', index))), ...[...down, ...stale, ...replaced].map((operation) => operation.id),
        ],
        cluster,
      },
    ],
  };
}

/** A worker that goes: emptied first, then its Node object, then its container. */
export function removal(worker: ObservedNode, all: readonly ObservedNode[], options: Pick<ResizeOptions, 'drainTimeoutMs' | 'force'>): ClusterOperation[] {
  const node = worker.name;
  const dead = worker.state !== 'running';
  return [
    { kind: 'cordon-node', id: id('cordon-node', node), group: 'resize', title: `Cordoning node ${node}`, needs: [], node },
    {
      kind: 'drain-node', id: id('drain-node', node), group: 'resize', title: `Draining node ${node}`,
      // All are cordoned first: a pod must not move to a node that goes next.
      needs: all.map((other) => id('cordon-node', other.name)), node, timeoutMs: options.drainTimeoutMs, force: options.force, dead,
    },
    { kind: 'delete-node-object', id: id('delete-node-object', node), group: 'resize', title: `Removing node ${node} from the cluster`, needs: [id('drain-node', node)], node },
    removeContainer(worker, 'Destroying node', [id('delete-node-object', node)]),
  ];
}

function removeContainer(worker: ObservedNode, verb: string, needs: readonly string[]): ClusterOperation {
  return { kind: 'remove-node', id: id('remove-node', worker.name), group: 'resize', title: `${verb} ${worker.name}`, needs, nodeId: worker.id };
}

function keepAdded(cluster: string, indices: readonly number[]): ClusterOperation {
  const names = indices.map((index) => nodeName(cluster, 'worker', index));
  return keepNodes(cluster, names, names.map((name) => id('create-node', name)), names.map((name) => id('join-worker', name)));
}

function additions(options: ResizeOptions, facts: ResizeFacts, indices: readonly number[], before: readonly string[]): ClusterOperation[] {
  const { name: cluster } = options;
  const { master } = facts;
  const names = indices.map((index) => nodeName(cluster, 'worker', index));
  const mint = id('mint-token', cluster);
  const settings = mergeSettings(workerDefaultsOf(master), options.settings);
  const traits: ClusterTraits = {
    cluster, run: facts.run, network: facts.networkId, runtime: master.labels[LABELS.runtime] ?? '',
    podSubnet: master.labels[LABELS.podSubnet] ?? '', cni: master.labels[LABELS.cni] ?? '', dual: master.labels[LABELS.ipFamily] === 'dual',
    lastingAddress: master.labels[LABELS.lastingAddress],
  };
  const joining: JoiningWorker = {
    registration: registrationOf(settings), otherImage: facts.image.reference !== master.image, customized: facts.customized === true,
  };
  return [
    { kind: 'mint-token', id: mint, group: 'resize', title: 'Making a join token', needs: [] },
    ...indices.map((index) => createNode(traits, { role: 'worker', index, image: facts.image, settings, addresses: facts.addresses?.get(index) }, 'resize', before)),
    ...names.flatMap((worker) => joinWorker(worker, [], [mint], joining)),
    {
      kind: 'revoke-token', id: id('revoke-token', cluster), group: 'workers', title: 'Revoking the join token',
      needs: [mint], after: names.map((worker) => id('join-worker', worker)),
    },
    ...(options.waitAll
      ? [{
          kind: 'await-ready', id: id('await-ready', 'workers'), group: 'finish', title: 'Waiting for all nodes to be ready ...',
          needs: [mint], after: names.map((worker) => id('join-worker', worker)), nodes: names,
        } satisfies ClusterOperation]
      : []),
  ];
}

/** What create was asked to give every worker. The label may have been written by anybody: what is no object counts as nothing. */
export function workerDefaultsOf(master: ObservedNode): NodeSettings {
  try {
    const parsed: unknown = JSON.parse(master.labels[LABELS.workerDefaults] ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
