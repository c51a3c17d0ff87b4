import { operationId as id } from '../../plan/operation.js';
import type { ObservedNode } from '../../provider/types.js';
import { isNetworked } from '../observe.js';
import type { ClusterOperation } from '../operations.js';
import { awaitApi, awaitBack, fetchCredentials, startNode, stopNode } from '../shared-operations.js';
import type { Finding, FindingKind } from './findings.js';
import type { RepairFacts } from './plan.js';

const KUBELET = 'kubelet.service';

export interface RevivalPlan {
  readonly operations: readonly ClusterOperation[];
  /** Names of the nodes whose containers are started. */
  readonly started: readonly string[];
}

/** Brings back nodes that there are, and then the API server. One node's failure is not the others'. */
export function planRevival(findings: readonly Finding[], facts: RepairFacts): RevivalPlan {
  const { cluster, master, inside } = facts;
  const about = (node: ObservedNode): ReadonlySet<FindingKind> =>
    new Set(findings.filter((finding) => finding.node === node.name || (finding.kind === 'api-silent' && node === master)).map(({ kind }) => kind));
  const revived = cluster.nodes.map((node) => ({ node, operations: revive(node, about(node), facts) }));
  const operations = revived.flatMap((each) => each.operations);
  const isStart = ({ kind }: ClusterOperation): boolean => kind === 'start-node';
  const started = revived.filter((each) => each.operations.some(isStart)).map(({ node }) => node.name);
  const changed = revived.filter((each) => each.operations.length > 0);
  const ofMaster = revived.find(({ node }) => node === master)?.operations ?? [];
  const waits: ClusterOperation[] = [
    fetchCredentials(master.name, { group: 'repair', tolerant: true, needs: ofMaster.map((operation) => operation.id) }),
    awaitApi(master.name, { group: 'repair', tolerant: true }),
  ];
  // Workers of a create that was killed may never have joined: what is to be waited for is known once the API server is.
  const isKnown = inside.api !== undefined || !findings.some(({ kind }) => kind === 'incomplete');
  if (changed.length > 0 && isKnown && isNetworked(cluster)) {
    waits.push(awaitBack(cluster.name, { nodes: changed.map(({ node }) => node.name), dns: started.length > 0 }, {
      needs: [id('await-api', master.name)], after: operations.map((operation) => operation.id), tolerant: true,
    }));
  }
  return { operations: [...operations, ...waits], started };
}

function revive(node: ObservedNode, about: ReadonlySet<FindingKind>, { network, inside }: RepairFacts): ClusterOperation[] {
  const common = { group: 'repair', tolerant: true } as const;
  const { name, id: nodeId } = node;
  const restarts = ['node-disconnected', 'node-moved', 'node-proc-lost', 'unregistered', 'api-silent'].some((kind) => about.has(kind as FindingKind));
  const starts = about.has('node-stopped') || about.has('node-paused');
  const operations: ClusterOperation[] = [];
  const then = (operation: ClusterOperation): void => {
    const last = operations.at(-1);
    operations.push({ ...operation, needs: last === undefined ? [] : [last.id] });
  };
  const isUp = node.state === 'running' || node.state === 'paused';
  if (restarts && isUp) then(stopNode(node, { ...common, needs: [] }));
  const returning = about.has('node-moved') && node.role === 'control-plane' ? inside.serverAddress : undefined;
  if (network !== undefined && (about.has('node-disconnected') || returning !== undefined)) {
    then({
      ...common, kind: 'connect-node', id: id('connect-node', name), title: `Connecting ${name} to its network`, needs: [], node: name, nodeId, networkId: network,
      ...(returning === undefined ? {} : { ipv4: returning }),
    });
  }
  if (restarts || starts) then(startNode(node, { ...common, needs: [] }));
  const isWoken = !restarts && about.has('node-paused');
  if (isWoken || about.has('not-ready') || about.has('service-down')) {
    const units = (about.has('service-down') ? inside.nodes.get(name)?.down : undefined) ?? [KUBELET];
    then({ ...common, kind: 'restart-services', id: id('restart-services', name), title: `Starting ${units.join(' and ')} on ${name}`, needs: [], node: name, units });
  }
  return operations;
}
