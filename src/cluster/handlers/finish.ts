import { LABELS, ownedLabels } from '../../nodes/labels.js';
import { userEntries } from '../../kubeconfig/convert.js';
import { mergeKubeconfig } from '../../kubeconfig/merge.js';
import { removeKubeconfig } from '../../kubeconfig/remove.js';
import { writeKubeconfig } from '../../kubeconfig/write.js';
import { awaitNodesReady } from '../../kubernetes/nodes.js';
import { awaitDeploymentAvailable } from '../../kubernetes/workloads.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ClusterOperation } from '../operations.js';
import { clientServer } from '../server-address.js';
import type { ClusterSession } from '../session.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

/** Waits for the nodes of the operation that have joined: those that failed to are reported as failures of their own. */
export async function awaitReady(session: ClusterSession, operation: Of<'await-ready'>, run: OperationRun): Promise<void> {
  const master = session.settings.master;
  const expected = operation.nodes.filter((name) => name === master || session.joined.has(name));
  let ready = 0;
  await awaitNodesReady(session.api, expected, session.settings.waitMs, run.signal, (name) => {
    ready += 1;
    session.ready.add(name);
    run.progress(`${name} is ready`, ready, expected.length);
  });
}

export async function awaitDns(session: ClusterSession, _operation: Of<'await-dns'>, run: OperationRun): Promise<void> {
  await awaitDeploymentAvailable(session.api, 'kube-system', 'coredns', session.settings.waitMs, run.signal);
}

export async function writeClusterKubeconfig(session: ClusterSession, operation: Of<'write-kubeconfig'>, run: OperationRun): Promise<void> {
  const { environment } = session.context;
  const entries = userEntries(operation.cluster, session.adminConfig, clientServer(session));
  session.kubeconfig = operation.mode === 'merge'
    ? await mergeKubeconfig(entries, operation.keepContext !== true, environment, run.signal)
    : await writeKubeconfig(entries, environment);
}

export async function removeClusterKubeconfig(session: ClusterSession, operation: Of<'remove-kubeconfig'>, run: OperationRun): Promise<void> {
  session.kubeconfig = await removeKubeconfig(operation.cluster, session.context.environment, run.signal) ?? undefined;
}

/** Docker cannot change a container's labels: that a cluster was finished is told by a labelled volume without content. */
export async function markComplete(session: ClusterSession, operation: Of<'mark-complete'>, run: OperationRun): Promise<void> {
  const labels = { ...ownedLabels(operation.cluster, session.settings.run), [LABELS.completed]: 'true' };
  await session.provider.ensureVolume(`${operation.cluster}-kindbox`, labels, run.signal);
  await session.settings.guard?.made();
}
