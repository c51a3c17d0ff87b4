import type Dockerode from 'dockerode';
import { shellCommand } from '../../shell/words.js';
import type { RecalledCommands } from '../engine-commands.js';
import type { InspectedImage, Labels } from './answers.js';
import type { DockerClient } from './client.js';
import { engineCommands, labelWords } from './engine-commands.js';
import { tolerating } from './errors.js';
import { hasHostFlag, runOptions, type WishedAddresses } from './run-flags.js';

/** The commands that make nodes and networks that exist as they are, out of what the daemon tells of them. */
export async function recalledCommands(client: DockerClient, nodeIds: readonly string[], networkIds: readonly string[]): Promise<RecalledCommands> {
  const [nodes, networks] = await Promise.all([
    Promise.all(nodeIds.map((id) => recallNode(client, id))), Promise.all(networkIds.map((id) => recallNetwork(client, id))),
  ]);
  const [requests, lines] = [new Map(nodes), new Map(networks)];
  return {
    ...engineCommands({
      node: ({ name }) => ({ options: runOptions(known(requests, name)), image: known(requests, name).Image ?? '' }),
      network: ({ name }) => known(lines, name),
    }),
    settings: (name) => settingsOf(known(requests, name).HostConfig ?? {}),
  };
}

function known<T>(recalled: ReadonlyMap<string, T>, name: string): T {
  const found = recalled.get(name);
  if (found === undefined) throw new Error(`${name} was not looked at`);
  return found;
}

async function recallNode(client: DockerClient, id: string): Promise<[name: string, request: Dockerode.ContainerCreateOptions]> {
  const failing = `Cannot inspect node ${id.slice(0, 12)}`;
  const container = await client.call(failing, () => client.api.getContainer(id).inspect());
  const image = await client.call(failing, () => (client.api.getImage(container.Image).inspect() as Promise<InspectedImage>).catch(tolerating(404)));
  const { NetworkMode: mode } = container.HostConfig;
  // It may have been connected to more networks since.
  const [network = mode ?? '', endpoint] = Object.entries(container.NetworkSettings.Networks).find(([name, { NetworkID }]) => [name, NetworkID].includes(mode ?? '')) ?? [];
  const { IPAMConfig: addresses } = (endpoint ?? {}) as { IPAMConfig?: WishedAddresses | null };
  const name = container.Name.replace(/^\//, '');
  return [name, {
    name,
    Hostname: container.Config.Hostname,
    Image: container.Config.Image,
    Tty: container.Config.Tty,
    Labels: without(container.Config.Labels, image?.Config?.Labels ?? {}),
    Env: container.Config.Env.filter((variable) => !(image?.Config?.Env ?? []).includes(variable)),
    // By name: an id means nothing once the network is made anew.
    HostConfig: { ...asked(container.HostConfig), NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: addresses ?? {} } } },
  }];
}

/** What a node asks for, without what the daemon adds to it by itself: lists of masked paths, limits of nothing. */
function asked(host: Dockerode.HostConfig): Dockerode.HostConfig {
  return Object.fromEntries(Object.entries(host).filter(([field]) => hasHostFlag(field)));
}

function settingsOf({ NanoCpus = 0, Memory = 0, PortBindings }: Dockerode.HostConfig): ReturnType<RecalledCommands['settings']> {
  const bindings = Object.entries((PortBindings ?? {}) as Record<string, { HostPort?: string }[]>);
  return {
    ...(NanoCpus > 0 && { cpus: NanoCpus / 1e9 }),
    ...(Memory > 0 && { memoryBytes: Memory }),
    ports: bindings.flatMap(([port, list]) => list.map(({ HostPort }) => ({ nodePort: Number.parseInt(port, 10), hostPort: Number(HostPort ?? '') }))),
  };
}

async function recallNetwork(client: DockerClient, id: string): Promise<[name: string, lines: readonly string[]]> {
  const network = await client.call(`Cannot inspect network ${id.slice(0, 12)}`, () => client.api.getNetwork(id).inspect());
  const pools = (network.IPAM?.Config ?? []).flatMap(({ Subnet, Gateway, IPRange }) => [
    ...(Subnet ? ['--subnet', Subnet] : []), ...(Gateway ? ['--gateway', Gateway] : []), ...(IPRange ? ['--ip-range', IPRange] : []),
  ]);
  const options = Object.entries(network.Options ?? {}).flatMap(([option, value]) => ['--opt', `${option}=${value}`]);
  const words = ['docker', 'network', 'create', '--driver', network.Driver, ...labelWords(network.Labels ?? {}), ...options, ...(network.EnableIPv6 ? ['--ipv6'] : []), ...pools, network.Name];
  return [network.Name, [`${shellCommand(words)} >/dev/null`]];
}

function without(all: Labels, ofImage: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => ofImage[name] !== value));
}
