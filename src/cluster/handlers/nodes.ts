import { KindboxError } from '../../errors/index.js';
import type { OperationRun } from '../../plan/execute.js';
import { NO_SUCH_COMMAND, tail } from '../../nodes/node-failure.js';
import { nodeAddress } from '../../nodes/addresses.js';
import { isIpv6Range } from '../../nodes/ranges.js';
import { companionAddress } from '../../nodes/shared-addresses.js';
import type { NodeAddresses, NodeSpec, ObservedNetwork } from '../../provider/types.js';
import { exempting, proxyFiles } from '../../nodes/runtime-proxy.js';
import { containerRuntime } from '../../nodes/container-runtime.js';
import { LABELS } from '../../nodes/labels.js';
import type { NodeRole } from '../../nodes/role.js';
import { requireApart } from '../network-conflicts.js';
import { patience } from '../patience.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';
import { awaitBeforeKubeadm } from './kubeadm.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

export async function createNetwork(session: ClusterSession, operation: Of<'create-network'>, run: OperationRun): Promise<void> {
  const network = await session.provider.createNetwork(operation.spec, run.signal);
  session.rememberNetwork(network);
  await session.settings.guard?.made();
  requireApart(network, operation.inner);
}

export async function createNode(session: ClusterSession, operation: Of<'create-node'>, run: OperationRun): Promise<void> {
  const network = session.ownNetwork(operation.spec.network);
  const spec: NodeSpec = { ...operation.spec, ...proxied(session, operation.spec, network), network: network?.id ?? operation.spec.network, ...(network === undefined ? {} : fixedAddresses(network, roleOf(operation.spec), Number(operation.spec.labels[LABELS.index]))) };
  const node = await session.provider.createNode(spec, run.signal);
  session.remember(node);
  await session.settings.guard?.made();
  const [address] = node.addresses;
  if (node.role !== 'control-plane' || spec.ipv6Forwarding !== true || address?.ipv4 === spec.ipv4) return;
  session.context.emit({
    type: 'note', level: 'warning', at: Date.now(),
    message: `Docker lets no addresses be chosen on ${address?.networkName ?? 'this network'}: nodes of two families may not come back after a restart. Make the network with a --subnet of each family, or add --ip-family=ipv4`,
  });
}

/** Before its container runtime starts, so that nothing has to start twice. */
function proxied({ settings: { proxy } }: ClusterSession, { name, labels }: NodeSpec, network: ObservedNetwork | undefined): Pick<NodeSpec, 'files'> {
  if (proxy === undefined) return {};
  const own = [...network?.subnets ?? [], ...(labels[LABELS.podSubnet] ?? '').split(','), name].filter((entry) => entry !== '');
  return { files: proxyFiles(labels[LABELS.cri], exempting(proxy, own)) };
}

function roleOf({ labels }: NodeSpec): NodeRole {
  return labels[LABELS.role] === 'worker' ? 'worker' : 'control-plane';
}

/** Connects a node again that is stopped: whatever runs in it finds its network as it was when it starts. */
export async function connectNode(session: ClusterSession, operation: Of<'connect-node'>, run: OperationRun): Promise<void> {
  const { role, index } = session.node(operation.node);
  const network = session.ownNetwork(operation.networkId);
  const addresses = operation.ipv4 === undefined ? (network === undefined ? {} : fixedAddresses(network, role, index)) : { ipv4: operation.ipv4 };
  await session.provider.connectNode(operation.nodeId, operation.networkId, addresses, run.signal);
}

/** So that a node is found again after a restart, whoever else was started before it. */
function fixedAddresses({ labels, subnets }: ObservedNetwork, role: NodeRole, index: number): NodeAddresses {
  const subnet = subnets.find((range) => !isIpv6Range(range));
  if (labels[LABELS.addresses] !== 'fixed' || subnet === undefined) return {};
  const ipv4 = nodeAddress(subnet, role, index);
  const ipv6 = companionAddress(subnets, ipv4);
  return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
}

/** Seconds, as the script in the node takes them. A node that has not booted by then never will, but on a machine for which a longer wait was asked. */
export function bootSeconds(waitMs: number): number {
  return Math.ceil(120 * patience(waitMs));
}

export async function awaitRuntime(session: ClusterSession, operation: Of<'await-runtime'>, run: OperationRun): Promise<void> {
  const node = session.node(operation.node);
  const { title, awaitProgram } = containerRuntime(node.labels[LABELS.cri]);
  const seconds = bootSeconds(session.settings.waitMs);
  const result = await awaitBeforeKubeadm(session, node, [awaitProgram, String(seconds)], { signal: run.signal, timeoutMs: (seconds + 10) * 1000 });
  if (result.exitCode === 0) {
    if (node.role === 'control-plane') session.settings.guard?.holdIn(node);
    return;
  }
  if (NO_SUCH_COMMAND.has(result.exitCode)) {
    throw new KindboxError(`The image ${node.image} is not a node image of kindbox`, {
      reason: 'image', because: `It has no ${awaitProgram}.`, next: ['kindbox image build'],
    });
  }
  throw session.failure(`${title} did not start on ${node.name}`, 'The node booted, but its container runtime did not answer.', tail(result.stderr));
}

export async function removeNode(session: ClusterSession, operation: Of<'remove-node'>): Promise<void> {
  await session.provider.removeNode(operation.nodeId);
}

export async function removeVolume(session: ClusterSession, operation: Of<'remove-volume'>): Promise<void> {
  await session.provider.removeVolume(operation.volumeId);
}

export async function removeNetwork(session: ClusterSession, operation: Of<'remove-network'>): Promise<void> {
  const result = await session.provider.removeNetwork(operation.networkId);
  if (result !== 'in-use') return;
  // A create that goes on for a moment has made another node on it: both are found when destroy looks again.
  if ((await session.provider.listNodes({ cluster: session.settings.cluster }, session.context.signal)).length > 0) return;
  session.networkKept = true;
  session.context.emit({
    type: 'note', level: 'warning', at: Date.now(),
    message: `The network ${operation.name} is kept: containers that kindbox did not make are connected to it. Remove it with: docker network rm ${operation.name}`,
  });
}
