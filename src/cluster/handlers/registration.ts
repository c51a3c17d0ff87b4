import type { RegistrationSettings } from '../../kubeadm/node-registration.js';
import { labelNode as label } from '../../kubernetes/nodes.js';
import { parseCapacity, reservation } from '../../nodes/capacity.js';
import { containerRuntime } from '../../nodes/container-runtime.js';
import { LABELS } from '../../nodes/labels.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ObservedNode } from '../../provider/types.js';
import type { NodeRegistration } from '../node-plan.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';

/** How a node registers: each is asked what its kubelet sees, and says by its labels which version it has. */
export async function registrationSettings(
  session: ClusterSession, node: ObservedNode, { taints, limits }: NodeRegistration, signal: AbortSignal,
): Promise<RegistrationSettings> {
  const reserved = limits === undefined ? undefined : await reservationOn(session, node, limits, signal);
  return {
    nodeName: node.name,
    kubernetesVersion: node.labels[LABELS.kubernetesVersion] ?? session.settings.kubernetesVersion,
    runtime: containerRuntime(node.labels[LABELS.cri]),
    taints,
    kubeletFlags: { ...nodeIps(node), ...(reserved === undefined ? {} : { 'system-reserved': reserved }) },
  };
}

/** A kubelet finds one address by itself; that it has one of each family must be said. */
function nodeIps({ labels, addresses: [address] }: ObservedNode): Record<string, string> {
  return labels[LABELS.ipFamily] === 'dual' && address?.ipv6 !== undefined ? { 'node-ip': `${address.ipv4},${address.ipv6}` } : {};
}

async function reservationOn(session: ClusterSession, node: ObservedNode, limits: NonNullable<NodeRegistration['limits']>, signal: AbortSignal): Promise<string | undefined> {
  const [cpuinfo, meminfo] = await Promise.all(['cpuinfo', 'meminfo'].map((file) => session.provider.exec(node.id, ['cat', `/proc/${file}`], { signal })));
  const seen = parseCapacity(cpuinfo?.stdout ?? '', meminfo?.stdout ?? '');
  return seen === undefined ? undefined : reservation(seen, limits);
}

/** By the API: a kubelet may not give itself labels of kubernetes.io. */
export async function labelNode(session: ClusterSession, operation: Extract<ClusterOperation, { kind: 'label-node' }>, run: OperationRun): Promise<void> {
  await label(session.api, operation.node, operation.labels, run.signal);
}
