import { operationId as id } from '../plan/operation.js';
import type { ObservedNode } from '../provider/types.js';
import type { ClusterOperation } from './operations.js';

/** What differs between plans that have an operation in common. */
type Place = Pick<ClusterOperation, 'group' | 'needs'> & Partial<Pick<ClusterOperation, 'after' | 'tolerant'>>;

export function awaitRuntime(node: string, place: Omit<Place, 'needs'>): ClusterOperation {
  return { ...place, kind: 'await-runtime', id: id('await-runtime', node), title: `Waiting for the container runtime on ${node}`, needs: [id('create-node', node)], node };
}

export function fetchCredentials(master: string, place: Place): ClusterOperation {
  return { ...place, kind: 'fetch-credentials', id: id('fetch-credentials', master), title: `Setting up kubectl on ${master} ...`, node: master };
}

/** With the credentials that are fetched before. */
export function awaitApi(master: string, place: Omit<Place, 'needs'>): ClusterOperation {
  return { ...place, kind: 'await-api', id: id('await-api', master), title: `Waiting for the API server on ${master} ...`, needs: [id('fetch-credentials', master)], node: master };
}

/** @param title of the CNI, which `cni` may be the path of a manifest of */
export function applyCni(master: string, title: string, cni: { readonly cni: string; readonly podSubnet: string }, place: Place): ClusterOperation {
  return { ...place, ...cni, kind: 'apply-cni', id: id('apply-cni', master), title: `Initializing networking (${title}) on ${master} ...`, node: master };
}

export function awaitMaster(master: string, group: string): ClusterOperation {
  return { kind: 'await-ready', id: id('await-ready', master), group, title: `Waiting for ${master} to be ready ...`, needs: [id('apply-cni', master)], nodes: [master] };
}

export function awaitDns(cluster: string, needs: readonly string[]): ClusterOperation {
  return { kind: 'await-dns', id: id('await-dns', cluster), group: 'finish', title: 'Waiting for CoreDNS to be available ...', needs };
}

/** Of workers whose joins may fail. */
export function awaitWorkers(workers: readonly string[], needs: readonly string[]): ClusterOperation {
  return {
    kind: 'await-ready', id: id('await-ready', 'workers'), group: 'finish', title: 'Waiting for all nodes to be ready ...',
    needs, after: workers.map((worker) => id('join-worker', worker)), nodes: workers,
  };
}

export function stopNode({ name, id: nodeId }: ObservedNode, place: Place): ClusterOperation {
  return { ...place, kind: 'stop-node', id: id('stop-node', name), title: `Stopping node ${name}`, nodeId };
}

export function startNode({ name, id: nodeId }: ObservedNode, place: Place): ClusterOperation {
  return { ...place, kind: 'start-node', id: id('start-node', name), title: `Starting node ${name}`, node: name, nodeId };
}

export function awaitBack(cluster: string, awaited: { readonly nodes: readonly string[]; readonly dns: boolean }, place: Omit<Place, 'group'>): ClusterOperation {
  return { ...place, ...awaited, kind: 'await-back', id: id('await-back', cluster), group: 'finish', title: 'Waiting for nodes to be ready again ...' };
}

/** Of a Node object that is left of a node. */
export function deleteStale(node: string, place: Place): ClusterOperation {
  return { ...place, kind: 'delete-node-object', id: id('delete-node-object', node), title: `Removing node ${node}, which has no container`, node };
}

/** Docker may have given the control plane another port or address. */
export function refreshKubeconfig(cluster: string, master: string): ClusterOperation {
  return {
    kind: 'refresh-kubeconfig', id: id('refresh-kubeconfig', cluster), group: 'finish', title: 'Updating the kubeconfig',
    needs: [id('fetch-credentials', master)], cluster, tolerant: true,
  };
}

export function markComplete(cluster: string, needs: readonly string[]): ClusterOperation {
  return { kind: 'mark-complete', id: id('mark-complete', cluster), group: 'finish', title: 'Recording that the cluster is complete', needs, cluster };
}
