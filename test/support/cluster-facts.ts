import { dockerLines, docker } from './docker.js';

const CLUSTER = 'dev.kindbox.cluster';
const RUN = 'dev.kindbox.run';

type Json = Readonly<Record<string, unknown>>;

interface InspectedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] };
  readonly Labels: Readonly<Record<string, string>>;
}

interface InspectedContainer {
  readonly Name: string;
  readonly Config: Json & { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: Json;
  readonly Mounts: readonly { readonly Type: string; readonly Destination: string; readonly Source: string; readonly RW: boolean; readonly Propagation: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string; readonly IPAMConfig: { readonly IPv4Address?: string } | null; readonly IPAddress: string; readonly Aliases: readonly string[] | null }>> };
}

interface InspectedVolume {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/**
 * All that Docker tells of a cluster, without what differs each time that it is made: ids, run ids, times, the subnet
 * that Docker chose (addresses are counted from its first), and whether nothing is written as null, empty or zero.
 */
export async function factsOf(cluster: string): Promise<Json> {
  const [containers, networks, volumes] = await Promise.all([
    inspectAll<InspectedContainer>('container', ['ps', '--all', '--quiet'], cluster),
    inspectAll<InspectedNetwork>('network', ['network', 'ls', '--quiet'], cluster),
    inspectAll<InspectedVolume>('volume', ['volume', 'ls', '--quiet'], cluster),
  ]);
  const subnets = new Map(networks.map(({ Name, IPAM }) => [Name, IPAM.Config[0]?.Subnet ?? '']));
  const facts = {
    containers: Object.fromEntries(containers.map((container) => [container.Name, nodeFacts(container, subnets)])),
    networks: networks.map(({ Id: _id, ...network }) => withoutOccasion(network, subnets.get(network.Name) ?? '')),
    volumes: volumes.map(({ Name, Labels }) => ({ name: Name.replace(/^[0-9a-f]{64}$/, 'anonymous'), Labels })).map((volume) => JSON.stringify(volume)).sort(),
  };
  const runs = [...containers.map(({ Config }) => Config), ...networks, ...volumes].map(({ Labels }) => Labels[RUN] ?? 'none');
  return JSON.parse([...new Set(runs)].reduce((text, run) => text.replaceAll(run, 'RUN'), JSON.stringify(facts))) as Json;
}

async function inspectAll<T>(kind: string, list: readonly string[], cluster: string): Promise<T[]> {
  const ids = await dockerLines([...list, '--filter', `label=${CLUSTER}=${cluster}`]);
  return ids.length === 0 ? [] : JSON.parse(await docker([kind, 'inspect', ...ids])) as T[];
}

function nodeFacts({ Config, HostConfig, Mounts, NetworkSettings }: InspectedContainer, subnets: ReadonlyMap<string, string>): Json {
  const { NetworkMode: _byIdOrName, CapAdd: capabilities, ...host } = HostConfig;
  return {
    config: meaningful(Config),
    host: meaningful(host),
    // The docker command writes CAP_SYS_ADMIN for SYS_ADMIN.
    capabilities: ((capabilities ?? []) as string[]).map((name) => name.replace(/^CAP_/, '')).sort(),
    mounts: Mounts.map(({ Type, Destination, Source, RW, Propagation }) => JSON.stringify({ Type, Destination, Source: Type === 'volume' ? '' : Source, RW, Propagation })).sort(),
    networks: Object.entries(NetworkSettings.Networks).map(([name, { IPAMConfig, IPAddress }]) => {
      const subnet = subnets.get(name) ?? '';
      return { name, address: offset(IPAddress, subnet), wished: IPAMConfig?.IPv4Address === undefined ? undefined : offset(IPAMConfig.IPv4Address, subnet) };
    }),
  };
}

function withoutOccasion(network: Omit<InspectedNetwork, 'Id'>, subnet: string): unknown {
  const { Created: _created, Containers: _containers, ...rest } = network as unknown as Json;
  const relative = JSON.stringify(meaningful(rest)).replace(/\d+\.\d+\.\d+\.\d+/g, (address) => `+${offset(address, subnet)}`);
  return JSON.parse(relative);
}

/** Docker's clients write what they do not ask for as null, empty or zero, each in its own way. */
function meaningful(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaningful);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, meaningful(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => ![null, '', 0, -1, false].includes(inner as null) && JSON.stringify(inner) !== '[]' && JSON.stringify(inner) !== '{}'));
}

function offset(address: string, subnet: string): number {
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number.parseInt(part, 10), 0);
  return number(address) - number(subnet.split('/')[0] ?? '');
}
