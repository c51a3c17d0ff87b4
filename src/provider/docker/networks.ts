import type Dockerode from 'dockerode';
import { divideNetwork, workersIn } from '../../nodes/addresses.js';
import type { NodeProvider } from '../provider.js';
import type { NetworkSpec, NodeAddresses, ObservedNetwork } from '../types.js';
import type { ListedContainer, ListedNetwork } from './answers.js';
import { objectsOf, textOf, textsOf } from './answer-readers.js';
import { abortable, type DockerClient } from './client.js';
import { daemonMessage, statusOf, tolerating } from './errors.js';
import { createOnce } from './network-creation.js';
import { labelFilters } from './owned.js';

export const MTU_OPTION = 'com.docker.network.driver.mtu';
/** Another network may take a subnet between Docker's choice and its use. */
const SUBNET_TAKEN = /overlaps with other one/i;
const SUBNET_ATTEMPTS = 5;
const IN_USE = /has active endpoints|is in use/i;

type NetworkCalls = Pick<NodeProvider, 'findNetworks' | 'listNetworks' | 'allNetworks' | 'usedAddresses' | 'connectNode' | 'createNetwork' | 'removeNetwork'>;

export function networkCalls(client: DockerClient): NetworkCalls {
  const { api } = client;
  const list = (filters: Record<string, string[]>, signal: AbortSignal) =>
    client.call('Cannot list networks', (abortSignal) => api.listNetworks({ filters, ...abortable(abortSignal) }), signal);

  return {
    async findNetworks(name, signal) {
      // The API's filter matches parts of names.
      const networks = await list({ name: [name] }, signal);
      return networks.filter((network) => network.Name === name).map(observe);
    },

    async listNetworks(filter, signal) {
      return objectsOf(await list(labelFilters(filter), signal)).map(observe);
    },

    async allNetworks(signal) {
      return objectsOf(await list({}, signal)).map(observe);
    },

    async usedAddresses(networkId, signal) {
      const [networks, containers] = await Promise.all([list({ id: [networkId] }, signal), containersOn(client, networkId, signal)]);
      const gateways = networks.flatMap((network) => (network.IPAM?.Config ?? []).map(({ Gateway }) => Gateway));
      const addresses = containers.flatMap((container) => Object.values(container.NetworkSettings?.Networks ?? {})
        .flatMap(({ IPAddress, GlobalIPv6Address, IPAMConfig }) => [IPAddress, GlobalIPv6Address, IPAMConfig?.IPv4Address, IPAMConfig?.IPv6Address]));
      return [...gateways, ...addresses].flatMap((address) => (address ? [address] : []));
    },

    async connectNode(nodeId, networkId, addresses, signal) {
      const network = api.getNetwork(networkId);
      const failing = `Cannot connect node ${nodeId.slice(0, 12)} to its network`;
      await client.call(failing, () => network.disconnect({ Container: nodeId, Force: true }).catch(unconnectedIsFine), signal);
      await client.call(failing, () => network.connect({ Container: nodeId, EndpointConfig: endpointConfig(addresses) }), signal);
    },

    async createNetwork(spec, signal) {
      const failing = `Cannot create network ${spec.name}`;
      const make = async (request: Dockerode.NetworkCreateOptions): Promise<ObservedNetwork> => observe(await createOnce(client, failing, request, signal));
      if (!spec.dividing || spec.subnet !== undefined) return make(networkRequest(spec, spec.subnet));
      const makeUnlessTaken = async (subnet: string | undefined): Promise<ObservedNetwork | undefined> => {
        try {
          return await make(networkRequest(spec, subnet));
        } catch (error) {
          if (SUBNET_TAKEN.test(daemonMessage(error))) return undefined;
          throw error;
        }
      };
      const likely = spec.likelySubnet !== undefined && isDividable(spec.likelySubnet) ? await makeUnlessTaken(spec.likelySubnet) : undefined;
      if (likely !== undefined) return likely;
      for (let attempt = 1; ; attempt += 1) {
        // Docker takes addresses of one's own choice only where the subnet is, too: it chooses one that is free, then we ask for that.
        const chosen = await make(choosingRequest(spec));
        const subnet = chosen.subnets.find(isDividable);
        // The answer to a first removal may have been lost.
        await client.call(failing, () => api.getNetwork(chosen.id).remove().catch(tolerating(404)));
        const made = await (attempt === SUBNET_ATTEMPTS ? make(networkRequest(spec, subnet)) : makeUnlessTaken(subnet));
        if (made !== undefined) return made;
      }
    },

    async removeNetwork(id) {
      return client.call(`Cannot remove network ${id.slice(0, 12)}`, async () => {
        try {
          await api.getNetwork(id).remove();
          return 'removed';
        } catch (error) {
          if (statusOf(error) === 404) return 'absent';
          if (IN_USE.test(daemonMessage(error))) return 'in-use';
          throw error;
        }
      });
    },
  };
}

/** The address is part of the container from then on: it is given that again at every start. */
function endpointConfig({ ipv4, ipv6 }: NodeAddresses): Dockerode.EndpointSettings {
  if (ipv4 === undefined && ipv6 === undefined) return {};
  return { IPAMConfig: { ...(ipv4 !== undefined && { IPv4Address: ipv4 }), ...(ipv6 !== undefined && { IPv6Address: ipv6 }) } };
}

function unconnectedIsFine(error: unknown): void {
  if (!/is not connected/i.test(daemonMessage(error))) throw error;
}

function containersOn(client: DockerClient, networkId: string, signal: AbortSignal): Promise<ListedContainer[]> {
  const filters = { network: [networkId] };
  return client.call('Cannot list containers', (abortSignal) => client.api.listContainers({ all: true, filters, ...abortable(abortSignal) }), signal);
}

function networkRequest({ name, labels, mtu, dividing, ipv6Subnet }: NetworkSpec, subnet: string | undefined): Dockerode.NetworkCreateOptions {
  const divided = subnet !== undefined && dividing && isDividable(subnet) ? divideNetwork(subnet) : undefined;
  const pool = divided === undefined ? { Subnet: subnet } : { Subnet: subnet, Gateway: divided.gateway, IPRange: divided.dynamicRange };
  const pools = [...(subnet === undefined ? [] : [pool]), ...(ipv6Subnet === undefined ? [] : [{ Subnet: ipv6Subnet }])];
  return {
    Name: name,
    Driver: 'bridge',
    // Old daemons allow several networks of one name (moby#20648); newer ones ignore this.
    CheckDuplicate: true,
    Labels: { ...labels },
    ...(ipv6Subnet !== undefined && { EnableIPv6: true }),
    ...(pools.length > 0 && { IPAM: { Driver: 'default', Config: pools } }),
    ...(mtu !== undefined && { Options: { [MTU_OPTION]: String(mtu) } }),
  };
}

/** For a network that is to tell which subnet is free. An internal one has less than half of the firewall's rules, and takes less than half the time. */
function choosingRequest(spec: NetworkSpec): Dockerode.NetworkCreateOptions {
  return { ...networkRequest({ ...spec, ipv6Subnet: undefined }, undefined), Internal: true };
}

function isDividable(subnet: string): boolean {
  return workersIn(subnet) > 0;
}

export function observe(network: ListedNetwork): ObservedNetwork {
  const pools = objectsOf(network.IPAM?.Config);
  const dynamicRanges = pools.map(({ IPRange }) => textOf(IPRange)).filter((range) => range !== '');
  return {
    id: textOf(network.Id),
    name: textOf(network.Name),
    ...(typeof network.Driver === 'string' && { driver: network.Driver }),
    labels: textsOf(network.Labels),
    subnets: pools.map(({ Subnet }) => textOf(Subnet)).filter((subnet) => subnet !== ''),
    ...(dynamicRanges.length > 0 && { dynamicRanges }),
  };
}
