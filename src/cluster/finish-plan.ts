import { operationId as id } from '../plan/operation.js';
import type { ClusterOperation } from './operations.js';
import type { CreateOptions } from './options.js';
import { awaitDns, awaitWorkers, markComplete } from './shared-operations.js';

export function finalWaits(options: CreateOptions, workers: readonly string[], master: string): ClusterOperation[] {
  return [
    awaitDns(options.name, [id('apply-cni', master), id('init-control-plane', master)]),
    ...(options.waitAll && workers.length > 0 ? [awaitWorkers(workers, [id('apply-cni', master)])] : []),
  ];
}

export function completion({ name: cluster, waitAll, kubeconfig = 'separate' }: CreateOptions, networked: boolean, workers: readonly string[], master: string): ClusterOperation[] {
  const required = [id('init-control-plane', master), id('await-api', master), ...(networked ? [id('await-ready', master), id('await-dns', cluster)] : [])];
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
    markComplete(cluster, [...required, ...joins, ...waits]),
  ];
}

/** At the end: a node of a create that was killed must not come back with the machine. */
export function keepNodes(cluster: string, nodes: readonly string[], needs: readonly string[], after: readonly string[]): ClusterOperation {
  return { kind: 'keep-nodes', id: id('keep-nodes', cluster), group: 'finish', title: 'Letting the nodes come back after a restart of the host', needs, after, nodes };
}
