import { userEntries } from '../../kubeconfig/convert.js';
import { refreshKubeconfig } from '../../kubeconfig/refresh.js';
import { awaitDnsBack, awaitNodesBack } from '../../kubernetes/revival.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ClusterOperation } from '../operations.js';
import { clientServer } from '../server-address.js';
import type { ClusterSession } from '../session.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

export async function stopNode(session: ClusterSession, operation: Of<'stop-node'>, run: OperationRun): Promise<void> {
  await session.provider.stopNode(operation.nodeId, run.signal);
}

/** A node that runs already is left as it is; in either case it is known then since when it runs, and where. */
export async function startNode(session: ClusterSession, operation: Of<'start-node'>, run: OperationRun): Promise<void> {
  const { node, startedAt } = await session.provider.startNode(operation.nodeId, run.signal);
  session.remember(node);
  session.startedAt.set(node.name, startedAt);
}

export async function awaitBack(session: ClusterSession, operation: Of<'await-back'>, run: OperationRun): Promise<void> {
  const { api, settings: { waitMs }, startedAt, servicesStartedAt } = session;
  const awaited = new Map([...startedAt, ...servicesStartedAt].filter(([name]) => operation.nodes.includes(name)));
  let ready = 0;
  await Promise.all([
    awaitNodesBack(api, awaited, waitMs, run.signal, (name) => {
      ready += 1;
      run.progress(`${name} is ready`, ready, awaited.size);
    }),
    ...(operation.dns ? [awaitDnsBack(api, startedAt, waitMs, run.signal)] : []),
  ]);
}

/** The engine gives a published port of its own choice, and on some networks an address, anew at every start. */
export async function refreshClusterKubeconfig(session: ClusterSession, operation: Of<'refresh-kubeconfig'>, run: OperationRun): Promise<void> {
  const entries = userEntries(operation.cluster, session.adminConfig, clientServer(session));
  await refreshKubeconfig(entries, session.context.environment, run.signal);
}

/** Until it is complete a cluster must not come back by itself: a create that was killed would. */
export async function keepNodes(session: ClusterSession, operation: Of<'keep-nodes'>, run: OperationRun): Promise<void> {
  await Promise.all(operation.nodes.map((node) => session.provider.keepNode(session.node(node).id, run.signal)));
}
