import { knownCni } from '../../cni/cni.js';
import { LABELS } from '../../nodes/labels.js';
import { nodeName } from '../../nodes/names.js';
import { operationId as id } from '../../plan/operation.js';
import type { ObservedNode } from '../../provider/types.js';
import { comingWorkers, type ComingWorkersFacts } from '../coming-workers.js';
import { keepNodes } from '../finish-plan.js';
import { labelling, mergeSettings, registrationOf } from '../node-plan.js';
import { isComplete, isNetworked, type ObservedCluster } from '../observe.js';
import type { ClusterOperation, ClusterPlan } from '../operations.js';
import { removeContainer, workerDefaultsOf, workerIndex } from '../resize-plan.js';
import { applyCni, awaitDns, awaitMaster, deleteStale, markComplete, refreshKubeconfig } from '../shared-operations.js';
import type { Finding, FindingKind } from './findings.js';
import type { InsideView } from './inside.js';
import { planRevival } from './revive-plan.js';

export interface RepairFacts {
  readonly cluster: ObservedCluster;
  readonly master: ObservedNode;
  readonly inside: InsideView;
  /** Id of the network that nodes belong on. */
  readonly network: string | undefined;
  /** Of workers that are made anew; absent when there are none. */
  readonly coming?: ComingWorkersFacts | undefined;
}

/** Indices of the workers that are made anew. */
export function workersToCome(cluster: string, findings: readonly Finding[]): number[] {
  const anew: readonly FindingKind[] = ['worker-missing', 'never-joined'];
  const indices = findings.flatMap(({ kind, node }) => (anew.includes(kind) && node !== undefined ? workerIndex(cluster, node) ?? [] : []));
  return indices.sort((a, b) => a - b);
}

/** One round: mends what was found, as far as it can be mended. What comes to light by it is for the next one. */
export function planRepair(findings: readonly Finding[], facts: RepairFacts): ClusterPlan {
  const { cluster, master } = facts;
  const nodesWith = (...kinds: FindingKind[]): string[] => findings.flatMap(({ kind, node }) => (kinds.includes(kind) && node !== undefined ? [node] : []));
  const has = (kind: FindingKind): boolean => findings.some((finding) => finding.kind === kind);
  const revival = planRevival(findings, facts);
  const answering = id('await-api', master.name);
  const inGroup = { group: 'repair', needs: [answering], tolerant: true } as const;

  const neverJoined = nodesWith('never-joined').flatMap((name) => cluster.nodes.find((node) => node.name === name) ?? []);
  const freeing: ClusterOperation[] = facts.coming === undefined ? [] : [
    ...nodesWith('worker-missing').map((node) => deleteStale(node, { group: 'repair', needs: [answering] })),
    ...neverJoined.map((node) => ({ ...removeContainer(node, 'Removing node', [answering]), group: 'repair' })),
  ];
  const indices = facts.coming === undefined ? [] : workersToCome(cluster.name, findings);
  const coming = facts.coming === undefined ? [] : comingWorkers({
    cluster: cluster.name, facts: facts.coming, indices, before: freeing.map((operation) => operation.id), answering, waitAll: isNetworked(cluster),
    settingsOf: () => mergeSettings(workerDefaultsOf(master), undefined),
  });
  const small: ClusterOperation[] = [
    ...nodesWith('cordoned').map((node) => ({
      ...inGroup, kind: 'uncordon-node', id: id('uncordon-node', node), title: `Making ${node} schedulable again`, node,
    }) satisfies ClusterOperation),
    ...(has('tokens-left')
      ? [{
          ...inGroup, kind: 'revoke-left-tokens', id: id('revoke-left-tokens', cluster.name), title: 'Revoking join tokens that were left', tokens: facts.inside.api?.tokens ?? [],
        } satisfies ClusterOperation]
      : []),
    ...nodesWith('unregistered').flatMap((node) => markedAgain(node, facts, answering)),
  ];
  const rest = [...revival.operations, ...freeing, ...coming, ...small, ...(has('incomplete') ? networking(facts, answering) : [])];
  const operations = [...rest, ...keeping(facts, revival.started, indices, rest), ...kubeconfig(facts, has, revival.started), ...(has('incomplete') ? completion(facts, rest) : [])];
  return {
    groups: [
      { id: 'repair', title: `Repairing K8s cluster "${cluster.name}" ...` },
      { id: 'resize', title: 'Making workers anew ...' },
      { id: 'nodes', title: 'Waiting for new nodes ...' },
      { id: 'workers', title: 'Initializing the K8s worker nodes ...' },
      { id: 'finish', title: 'Finishing ...' },
    ],
    operations,
  };
}

/** What a kubelet may not say of its node itself. */
function markedAgain(node: string, { cluster, master }: RepairFacts, answering: string): ClusterOperation[] {
  const inRepair = { group: 'repair', tolerant: true } as const;
  if (node === master.name) {
    const schedulable = cluster.nodes.length === 1;
    return [{ ...inRepair, kind: 'mark-control-plane', id: id('mark-control-plane', node), title: `Marking ${node} as the control plane`, needs: [answering], node, schedulable }];
  }
  return labelling(node, registrationOf(workerDefaultsOf(master)), [id('await-back', cluster.name)], inRepair);
}

/** What a create that was killed may not have come to. It makes no difference where it had. */
function networking({ cluster, master, inside }: RepairFacts, answering: string): ClusterOperation[] {
  const cni = master.labels[LABELS.cni] ?? '';
  if (inside.api === undefined || knownCni(cni)?.manifest === undefined) return [];
  const applied = applyCni(master.name, cni, { cni, podSubnet: master.labels[LABELS.podSubnet] ?? '' }, { group: 'repair', needs: [answering] });
  return [applied, awaitMaster(master.name, 'finish'), awaitDns(cluster.name, [applied.id])];
}

/** Once complete, nodes come back with Docker: those of a create that was killed did not, nor do those that were stopped. */
function keeping({ cluster, inside }: RepairFacts, started: readonly string[], indices: readonly number[], before: readonly ClusterOperation[]): ClusterOperation[] {
  const replaced = new Set(indices.map((index) => nodeName(cluster.name, 'worker', index)));
  const there = isComplete(cluster) ? started : inside.api === undefined ? [] : cluster.nodes.map(({ name }) => name);
  const names = [...new Set([...there, ...replaced])];
  if (names.length === 0) return [];
  return [keepNodes(cluster.name, names, [...replaced].map((name) => id('create-node', name)), before.map((operation) => operation.id))];
}

function kubeconfig({ cluster, master }: RepairFacts, has: (kind: FindingKind) => boolean, started: readonly string[]): ClusterOperation[] {
  const about = { group: 'finish', cluster: cluster.name, tolerant: true, needs: [id('fetch-credentials', master.name)] } as const;
  if (has('kubeconfig-missing')) {
    const mode = master.labels[LABELS.kubeconfig] === 'merge' ? 'merge' : 'separate';
    return [{ ...about, kind: 'write-kubeconfig', id: id('write-kubeconfig', cluster.name), title: 'Writing the kubeconfig', mode, keepContext: true }];
  }
  return has('kubeconfig-stale') || started.includes(master.name) ? [refreshKubeconfig(cluster.name, master.name)] : [];
}

/** Only when everything else is known and done. */
function completion({ cluster, inside }: RepairFacts, rest: readonly ClusterOperation[]): ClusterOperation[] {
  if (inside.api === undefined) return [];
  return [markComplete(cluster.name, [...rest.map((operation) => operation.id), id('keep-nodes', cluster.name)])];
}
