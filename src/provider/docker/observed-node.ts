import { LABELS } from '../../nodes/labels.js';
import type { NodeRole } from '../../nodes/role.js';
import type { NodeState, ObservedNode } from '../types.js';
import type { InspectedContainer, Labels, ListedContainer, Networks } from './answers.js';

/** Identity as labels tell it. */
type Identity = Pick<ObservedNode, 'cluster' | 'run' | 'role' | 'index' | 'labels'>;

const STATES: Readonly<Record<string, NodeState>> = {
  created: 'created', running: 'running', paused: 'paused', restarting: 'restarting', exited: 'stopped', removing: 'dead', dead: 'dead',
};

/** Undefined when the labels are not those of a node: anybody may label his containers as he likes. */
export function parseIdentity(labels: Labels | null): Identity | undefined {
  const cluster = labels?.[LABELS.cluster];
  const role = labels?.[LABELS.role];
  const index = labels?.[LABELS.index] ?? '';
  if (!labels || !cluster || !isRole(role) || !/^\d{1,5}$/.test(index)) return undefined;
  return { cluster, run: labels[LABELS.run] ?? '', role, index: Number(index), labels };
}

/** A node out of the container list, which tells enough to spare one inspection a node. */
export function nodeOfList(container: ListedContainer): ObservedNode | undefined {
  const identity = parseIdentity(container.Labels);
  const name = ownName(container.Names);
  if (!identity || name === undefined) return undefined;
  const exit = /^Exited \((\d+)\)/.exec(container.Status)?.[1];
  return {
    ...identity,
    id: container.Id,
    name,
    state: STATES[container.State] ?? 'dead',
    image: container.Image,
    addresses: addresses(container.NetworkSettings?.Networks),
    ...networkOf(container.NetworkSettings?.Networks),
    ports: (container.Ports ?? []).flatMap(({ Type, PrivatePort, PublicPort, IP }) =>
      Type === 'tcp' && PublicPort ? [{ nodePort: PrivatePort, hostPort: PublicPort, hostAddress: IP ?? '' }] : [],
    ),
    createdAt: container.Created * 1000,
    ...(exit !== undefined && { exitCode: Number(exit) }),
  };
}

/** A node out of one container's inspection. */
export function nodeOfInspection(container: InspectedContainer): ObservedNode | undefined {
  const identity = parseIdentity(container.Config.Labels);
  if (!identity) return undefined;
  const state = STATES[container.State.Status] ?? 'dead';
  return {
    ...identity,
    id: container.Id,
    name: container.Name.replace(/^\//, ''),
    state,
    image: container.Config.Image,
    addresses: addresses(container.NetworkSettings.Networks),
    ...networkOf(container.NetworkSettings.Networks),
    ports: inspectedPorts(container.NetworkSettings.Ports),
    createdAt: Date.parse(container.Created) || 0,
    ...(state === 'stopped' && { exitCode: container.State.ExitCode }),
  };
}

/** A container's own name; those with a second slash are aliases that legacy links gave it. */
export function ownName(names: readonly string[] | null): string | undefined {
  return names?.find((name) => /^\/[^/]+$/.test(name))?.slice(1);
}

function isRole(value: string | undefined): value is NodeRole {
  return value === 'control-plane' || value === 'worker';
}

function addresses(networks: Networks | null | undefined): ObservedNode['addresses'] {
  return Object.entries(networks ?? {}).flatMap(([networkName, { NetworkID, IPAddress, GlobalIPv6Address }]) =>
    IPAddress ? [{ networkId: NetworkID, networkName, ipv4: IPAddress, ...(GlobalIPv6Address ? { ipv6: GlobalIPv6Address } : {}) }] : [],
  );
}

function networkOf(networks: Networks | null | undefined): Pick<ObservedNode, 'network'> {
  const [network] = Object.keys(networks ?? {});
  return network === undefined ? {} : { network };
}

function inspectedPorts(ports: InspectedContainer['NetworkSettings']['Ports']): ObservedNode['ports'] {
  return Object.entries(ports ?? {}).flatMap(([port, bindings]) => {
    const [number, protocol] = port.split('/');
    if (protocol !== 'tcp') return [];
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({ nodePort: Number(number), hostPort: Number(HostPort), hostAddress: HostIp }));
  });
}
