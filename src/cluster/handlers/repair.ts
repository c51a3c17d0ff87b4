import { revokeBootstrapToken } from '../../kubernetes/bootstrap-token.js';
import { awaitNodeRegistered, changeTaints, labelNode, uncordon } from '../../kubernetes/nodes.js';
import { execWhileRunning, tail } from '../../nodes/node-failure.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

/** kubeadm's, of a Node that is a control plane. Source: its markcontrolplane phase. */
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const NO_LOAD_BALANCER = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** What a kubelet says from then on counts as said since the node is back. */
export async function restartServices(session: ClusterSession, operation: Of<'restart-services'>, run: OperationRun): Promise<void> {
  const node = session.node(operation.node);
  const exec = (argv: readonly string[]): ReturnType<typeof execWhileRunning> => execWhileRunning(session.provider, node, argv, { signal: run.signal });
  const clock = await exec(['date', '+%s']);
  const result = await exec(['systemctl', 'restart', ...operation.units]);
  if (result.exitCode !== 0) {
    throw session.failure(`${operation.units.join(' and ')} did not start on ${node.name}`, 'systemd says why below.', tail(result.stderr));
  }
  // By the node's own clock, whose host may not be ours. The API's times have whole seconds: one that is as old is new enough.
  session.servicesStartedAt.set(node.name, ((Number(clock.stdout) || 1) - 1) * 1000);
}

export async function uncordonNode(session: ClusterSession, operation: Of<'uncordon-node'>, run: OperationRun): Promise<void> {
  await uncordon(session.api, operation.node, run.signal);
}

export async function markControlPlane(session: ClusterSession, { node, schedulable }: Of<'mark-control-plane'>, run: OperationRun): Promise<void> {
  await awaitNodeRegistered(session.api, node, session.settings.waitMs, run.signal);
  await labelNode(session.api, node, { [CONTROL_PLANE]: '', [NO_LOAD_BALANCER]: '' }, run.signal);
  if (schedulable) return;
  await changeTaints(session.api, node, (taints) => [...taints.filter(({ key }) => key !== CONTROL_PLANE), { key: CONTROL_PLANE, effect: 'NoSchedule' }], run.signal);
}

export async function revokeLeftTokens(session: ClusterSession, { tokens }: Of<'revoke-left-tokens'>, run: OperationRun): Promise<void> {
  await Promise.all(tokens.map((id) => revokeBootstrapToken(session.api, { id }, run.signal)));
}
