import type { NodeProvider } from '../provider.js';
import type { ObservedNetwork } from '../types.js';
import type { ListedNetwork } from './answers.js';
import { abortable, type DockerClient } from './client.js';
import { daemonMessage, statusOf } from './errors.js';
import { labelFilters } from './owned.js';

const MTU_OPTION = 'com.docker.network.driver.mtu';
const IN_USE = /has active endpoints|is in use/i;

type NetworkCalls = Pick<NodeProvider, 'findNetworks' | 'listNetworks' | 'createNetwork' | 'removeNetwork'>;

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
      return (await list(labelFilters(filter), signal)).map(observe);
    },

    async createNetwork(spec, signal) {
      const failing = `Cannot create network ${spec.name}`;
      const network = await client.call(
        failing,
        () =>
          api.createNetwork({
            Name: spec.name,
            Driver: 'bridge',
            // Old daemons allow several networks of one name (moby#20648); newer ones ignore this.
            CheckDuplicate: true,
            Labels: { ...spec.labels },
            ...(spec.subnet !== undefined && { IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet }] } }),
            ...(spec.mtu !== undefined && { Options: { [MTU_OPTION]: String(spec.mtu) } }),
          }),
        signal,
      );
      return observe(await client.call(failing, () => network.inspect()));
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

function observe(network: ListedNetwork): ObservedNetwork {
  return {
    id: network.Id,
    name: network.Name,
    labels: network.Labels ?? {},
    subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : [])),
  };
}
