import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import type { NodeSettings } from '../nodes/settings.js';
import { operationId as id } from '../plan/operation.js';
import type { NodeAddresses, ObservedNode } from '../provider/types.js';
import { issueCredentials, joinWorker, revokeToken } from './join-plan.js';
import type { ChosenImage } from './node-image.js';
import { createNode, registrationOf, type ClusterTraits } from './node-plan.js';
import type { ClusterOperation } from './operations.js';
import { awaitWorkers } from './shared-operations.js';
import { inWaves } from './waves.js';

export interface ComingWorkersFacts {
  readonly run: string;
  readonly master: ObservedNode;
  readonly image: ChosenImage;
  /** Where that is not `image`, by index. */
  readonly otherImages?: ReadonlyMap<number, ChosenImage>;
  readonly networkId: string;
  /** Processors of the host. */
  readonly cpus?: number;
  /** Nodes are given configuration of the user's before they are used. */
  readonly customized?: boolean | undefined;
  /** Of workers that come, by index; those on a network of ours follow from its subnet. */
  readonly addresses?: ReadonlyMap<number, NodeAddresses>;
}

export interface ComingWorkers {
  readonly cluster: string;
  readonly facts: ComingWorkersFacts;
  readonly indices: readonly number[];
  /** Ids of operations after which their names are free. */
  readonly before: readonly string[];
  /** Id of the one after which the API server answers; it does already when absent. */
  readonly answering?: string;
  readonly waitAll: boolean;
  readonly settingsOf: (index: number) => NodeSettings;
}

/** What it takes for workers to join a cluster that runs, with a token of their own. Nothing when none comes. */
export function comingWorkers({ cluster, facts, indices, before, answering, waitAll, settingsOf }: ComingWorkers): ClusterOperation[] {
  if (indices.length === 0) return [];
  const { master } = facts;
  const names = indices.map((index) => nodeName(cluster, 'worker', index));
  const mint = id('mint-token', cluster);
  const traits: ClusterTraits = {
    cluster, run: facts.run, network: facts.networkId, runtime: master.labels[LABELS.runtime] ?? '',
    podSubnet: master.labels[LABELS.podSubnet] ?? '', cni: master.labels[LABELS.cni] ?? '', dual: master.labels[LABELS.ipFamily] === 'dual',
    lastingAddress: master.labels[LABELS.lastingAddress],
  };
  const imageOf = (index: number): ChosenImage => facts.otherImages?.get(index) ?? facts.image;
  const answers = answering === undefined ? [] : [answering];
  return inWaves([
    issueCredentials(master.name, names, answers),
    { kind: 'mint-token', id: mint, group: 'resize', title: 'Making a join token', needs: [id('issue-credentials', master.name)] },
    ...indices.map((index) => createNode(
      traits, { role: 'worker', index, image: imageOf(index), settings: settingsOf(index), addresses: facts.addresses?.get(index) }, 'resize', [...before, ...answers],
    )),
    ...indices.flatMap((index) => joinWorker(nodeName(cluster, 'worker', index), [id('issue-credentials', master.name)], [mint], {
      registration: registrationOf(settingsOf(index)), otherImage: imageOf(index).reference !== master.image, customized: facts.customized === true,
    })),
    revokeToken(cluster, 'workers', [mint], names.map((worker) => id('join-worker', worker))),
    ...(waitAll ? [awaitWorkers(names, [mint])] : []),
  ], names, facts.cpus);
}
