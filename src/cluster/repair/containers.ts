import { networkName } from '../../nodes/names.js';
import type { NodeState, ObservedNetwork, ObservedNode } from '../../provider/types.js';
import { controlPlaneOf, isComplete, type ObservedCluster } from '../observe.js';
import { beyondRepair, problem, type Finding } from './findings.js';

/** What Docker alone tells of a cluster, without asking anything that runs in it. */
export function diagnoseContainers(cluster: ObservedCluster): Finding[] {
  const again = [`kindbox destroy ${cluster.name}`, `kindbox create ${cluster.name}`];
  if (cluster.nodes.length === 0) return [beyondRepair('control-plane-missing', 'no node of it is left', again)];
  const master = controlPlaneOf(cluster);
  if (master === undefined) return [beyondRepair('control-plane-missing', 'the container of its control plane is gone, and the state of the cluster with it', again)];
  return [
    ...(isComplete(cluster) ? [] : [problem('incomplete', 'its create has not come to an end', 'complete it')]),
    ...cluster.nodes.flatMap((node) => stateFinding(node)),
    ...cluster.nodes.flatMap((node) => connectionFinding(cluster, node)),
  ];
}

/** Id of the network that a node of this cluster belongs on: its own, or else the one that most of the other nodes are on. */
export function homeNetwork(cluster: ObservedCluster): string | undefined {
  const used = cluster.nodes.flatMap(({ addresses }) => addresses.map(({ networkId }) => networkId));
  const count = (id: string): number => used.filter((other) => other === id).length;
  return ownNetwork(cluster)?.id ?? [...new Set(used)].sort((a, b) => count(b) - count(a))[0];
}

export function ownNetwork({ name, networks }: ObservedCluster): ObservedNetwork | undefined {
  return networks.find((network) => network.name === networkName(name));
}

const NOT_RUNNING: Readonly<Record<Exclude<NodeState, 'running' | 'paused'>, string>> = {
  created: 'has not been started', restarting: 'restarts again and again', stopped: 'is stopped', dead: 'could not be removed by Docker',
};

function stateFinding({ name, state, exitCode }: ObservedNode): Finding[] {
  if (state === 'running') return [];
  if (state === 'paused') return [problem('node-paused', `${name} is paused`, 'let it go on', name)];
  const code = state === 'stopped' && exitCode !== undefined && !ORDERLY.has(exitCode) ? ` (exit code ${exitCode})` : '';
  return [problem('node-stopped', `${name} ${NOT_RUNNING[state]}${code}`, 'start it', name)];
}

/** systemd ends with 130 when Docker asks it to stop, and with 137 when it took too long. */
const ORDERLY: ReadonlySet<number> = new Set([0, 130, 137, 143]);

function connectionFinding(cluster: ObservedCluster, node: ObservedNode): Finding[] {
  const own = ownNetwork(cluster);
  const isRunning = node.state === 'running' || node.state === 'paused';
  const isOnAny = node.addresses.length > 0 || (!isRunning && node.network !== undefined);
  // A node may be on other networks as well, and which of them a cluster without its own was made on is not recorded.
  if (isRunning && own !== undefined ? node.addresses.some(({ networkId }) => networkId === own.id) : isOnAny) return [];
  const found = `${node.name} is not connected to the network of the cluster`;
  if (homeNetwork(cluster) === undefined) return [beyondRepair('network-unknown', found, [`docker network connect NETWORK ${node.name}`], node.name)];
  return [problem('node-disconnected', found, 'connect and restart it', node.name)];
}
