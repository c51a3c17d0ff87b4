import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import { operationId as id } from '../plan/operation.js';
import type { ObservedNode } from '../provider/types.js';
import { comingWorkers, type ComingWorkersFacts } from './coming-workers.js';
import { mergeSettings } from './node-plan.js';
import type { NodeSettings } from '../nodes/settings.js';
import { keepNodes } from './finish-plan.js';
import type { ClusterOperation, ClusterPlan } from './operations.js';
import type { ResizeOptions } from './options.js';
import { deleteStale, markComplete } from './shared-operations.js';

export interface ResizeFacts extends ComingWorkersFacts {
  readonly workers: readonly ObservedNode[];
  /** Names of the Node objects that the API server knows. */
  readonly nodeObjects: ReadonlySet<string>;
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
  return {
    add: free.slice(0, wanted - kept.length),
    remove: byIndex.slice(wanted).reverse(),
    replace: kept.filter((worker) => !facts.nodeObjects.has(worker.name)),
    stale: [...facts.nodeObjects].filter((name) => isWorkerName(cluster, name) && !containers.has(name)),
  };
}

export function isWorkerName(cluster: string, name: string): boolean {
  return workerIndex(cluster, name) !== undefined;
}

/** The index in the name of a worker; undefined when it is not the name of one. */
export function workerIndex(cluster: string, name: string): number | undefined {
  const prefix = nodeName(cluster, 'worker', 0).slice(0, -1);
  const digits = name.slice(prefix.length);
  return name.startsWith(prefix) && /^\d{1,5}$/.test(digits) ? Number(digits) : undefined;
}

export function planResize(options: ResizeOptions, facts: ResizeFacts): ClusterPlan {
  const { name: cluster } = options;
  const decision = decideResize(cluster, options.numWorkers, facts);
  const down = decision.remove.flatMap((worker) => removal(worker, decision.remove, options));
  const stale = decision.stale.map((node) => deleteStale(node, { group: 'resize', needs: [] }));
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
      ...comingWorkers({
        cluster, facts, indices: added, before, waitAll: options.waitAll, settingsOf: () => mergeSettings(workerDefaultsOf(facts.master), options.settings),
      }),
      ...(added.length > 0 ? [keepAdded(cluster, added)] : []),
      markComplete(cluster, [
        ...added.map((index) => id('join-worker', nodeName(cluster, 'worker', index))), ...[...down, ...stale, ...replaced].map((operation) => operation.id),
      ]),
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

/** Kills it: nothing is left to be moved elsewhere. */
export function removeContainer(worker: ObservedNode, verb: string, needs: readonly string[]): ClusterOperation {
  return { kind: 'remove-node', id: id('remove-node', worker.name), group: 'resize', title: `${verb} ${worker.name}`, needs, nodeId: worker.id };
}

function keepAdded(cluster: string, indices: readonly number[]): ClusterOperation {
  const names = indices.map((index) => nodeName(cluster, 'worker', index));
  return keepNodes(cluster, names, names.map((name) => id('create-node', name)), names.map((name) => id('join-worker', name)));
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
