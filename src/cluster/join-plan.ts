import { operationId as id } from '../plan/operation.js';
import { customizeNode, labelling, type NodeRegistration } from './node-plan.js';
import type { ClusterOperation } from './operations.js';
import { awaitRuntime } from './shared-operations.js';

/** What it takes for the first workers to join, with the token that kubeadm init was given. */
export function joinOperations(workers: readonly string[], master: string, aboutOf: (index: number) => JoiningWorker): ClusterOperation[] {
  return [
    {
      kind: 'await-joinable', id: id('await-joinable', master), group: 'workers', title: 'Joining the worker nodes to the cluster ...',
      needs: [id('issue-credentials', master)],
    },
    issueCredentials(master, workers, [id('await-runtime', master)]),
    ...workers.flatMap((worker, index) => joinWorker(worker, [id('fetch-credentials', master), id('issue-credentials', master)], [id('await-joinable', master)], aboutOf(index))),
    revokeToken(master, 'workers', [id('await-api', master)], workers.map((worker) => id('join-worker', worker))),
  ];
}

/** While it does it, the workers boot. */
export function issueCredentials(master: string, workers: readonly string[], needs: readonly string[]): ClusterOperation {
  return { kind: 'issue-credentials', id: id('issue-credentials', master), group: 'workers', title: 'Making the credentials of kubelets', needs, node: master, workers };
}

/** @param subject whose token it is: that of a control plane's kubeadm, or of a cluster's resize */
export function revokeToken(subject: string, group: string, needs: readonly string[], after: readonly string[]): ClusterOperation {
  return { kind: 'revoke-token', id: id('revoke-token', subject), group, title: 'Revoking the join token', needs, after };
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
    awaitRuntime(worker, { group: 'nodes', tolerant: true }),
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
