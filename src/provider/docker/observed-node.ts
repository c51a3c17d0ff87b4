import { LABELS } from '../../nodes/labels.js';
import type { NodeRole } from '../../nodes/role.js';
import type { NodeState, ObservedNode } from '../types.js';
import { namedObjectsOf, numberOf, objectsOf, textOf, textsOf } from './answer-readers.js';
import type { InspectedContainer, Labels, ListedContainer, Networks } from './answers.js';

/** Identity as labels tell it. */
type Identity = Pick<ObservedNode, 'cluster' | 'run' | 'role' | 'index' | 'labels'>;

/** Of those that are still of use. */
const STATES: ReadonlyMap<unknown, NodeState> = new Map([
  ['created', 'created'], ['running', 'running'], ['paused', 'paused'], ['restarting', 'restarting'], ['exited', 'stopped'],
]);

/** Undefined when the labels are not those of a node: anybody may label his containers as he likes. */
export function parseIdentity(given: Labels | null): Identity | undefined {
  const labels = textsOf(given);
  const cluster = labels[LABELS.cluster];
  const role = labels[LABELS.role];
  const index = labels[LABELS.index] ?? '';
  if (!cluster || !isRole(role) || !/^\d{1,5}$/.test(index)) return undefined;
  return { cluster, run: labels[LABELS.run] ?? '', role, index: Number(index), labels };
}

/** A node out of the container list, which tells enough to spare one inspection a node. */
export function nodeOfList(container: ListedContainer): ObservedNode | undefined {
  const identity = parseIdentity(container.Labels);
  const name = ownName(container.Names);
  if (!identity || name === undefined) return undefined;
  const exit = /^Exited \((\d+)\)/.exec(textOf(container.Status))?.[1];
  return {
    ...identity,
    id: textOf(container.Id),
    name,
    state: stateOf(container.State),
    image: textOf(container.Image),
    addresses: addresses(container.NetworkSettings?.Networks),
    ...networkOf(container.NetworkSettings?.Networks),
    ports: objectsOf(container.Ports).flatMap(({ Type, PrivatePort, PublicPort, IP }) =>
      Type === 'tcp' && PublicPort ? [{ nodePort: numberOf(PrivatePort), hostPort: numberOf(PublicPort), hostAddress: textOf(IP) }] : [],
    ),
    createdAt: numberOf(container.Created) * 1000,
    ...(exit !== undefined && { exitCode: Number(exit) }),
  };
}

/** A node out of one container's inspection. */
export function nodeOfInspection(container: InspectedContainer): ObservedNode | undefined {
  const identity = parseIdentity(container.Config.Labels);
  if (!identity) return undefined;
  const state = stateOf(container.State.Status);
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
  return Array.isArray(names) ? (names as readonly unknown[]).map(textOf).find((name) => /^\/[^/]+$/.test(name))?.slice(1) : undefined;
}

function stateOf(state: unknown): NodeState {
  return STATES.get(state) ?? 'dead';
}

function isRole(value: string | undefined): value is NodeRole {
  return value === 'control-plane' || value === 'worker';
}

function addresses(networks: Networks | null | undefined): ObservedNode['addresses'] {
  return namedObjectsOf(networks).flatMap(([networkName, { NetworkID, IPAddress, GlobalIPv6Address }]) =>
    textOf(IPAddress) === '' ? [] : [{ networkId: textOf(NetworkID), networkName, ipv4: IPAddress, ...(textOf(GlobalIPv6Address) === '' ? {} : { ipv6: textOf(GlobalIPv6Address) }) }],
  );
}

function networkOf(networks: Networks | null | undefined): Pick<ObservedNode, 'network'> {
  const [first] = namedObjectsOf(networks);
  return first === undefined ? {} : { network: first[0] };
}

function inspectedPorts(ports: InspectedContainer['NetworkSettings']['Ports']): ObservedNode['ports'] {
  return Object.entries(ports ?? {}).flatMap(([port, bindings]) => {
    const [number, protocol] = port.split('/');
    if (protocol !== 'tcp') return [];
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({ nodePort: Number(number), hostPort: Number(HostPort), hostAddress: HostIp }));
  });
}
