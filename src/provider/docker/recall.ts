import type Dockerode from 'dockerode';
import { shellCommand } from '../../byhand/shell.js';
import type { EngineCommands } from '../engine-commands.js';
import type { InspectedImage, Labels } from './answers.js';
import type { DockerClient } from './client.js';
import { engineCommands, labelWords } from './engine-commands.js';
import { statusOf } from './errors.js';
import { hasHostFlag, runWords } from './run-flags.js';

/** The commands that make nodes and networks that exist as they are, out of what the daemon tells of them. */
export async function recalledCommands(client: DockerClient, nodeIds: readonly string[], networkIds: readonly string[]): Promise<EngineCommands> {
  const [nodes, networks] = await Promise.all([
    Promise.all(nodeIds.map((id) => recallNode(client, id))), Promise.all(networkIds.map((id) => recallNetwork(client, id))),
  ]);
  return engineCommands({
    node: ({ name }) => known(new Map(nodes), name),
    network: ({ name }) => known(new Map(networks), name),
  });
}

function known(words: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] {
  const found = words.get(name);
  if (found === undefined) throw new Error(`${name} was not looked at`);
  return found;
}

type Recalled = readonly [name: string, words: readonly string[]];

async function recallNode(client: DockerClient, id: string): Promise<Recalled> {
  const failing = `Cannot inspect node ${id.slice(0, 12)}`;
  const container = await client.call(failing, () => client.api.getContainer(id).inspect());
  const image = await client.call(failing, () => (client.api.getImage(container.Image).inspect() as Promise<InspectedImage>).catch(goneIsFine));
  const name = container.Name.replace(/^\//, '');
  const [network = '', endpoint] = Object.entries(container.NetworkSettings.Networks)[0] ?? [];
  const address = endpoint?.IPAMConfig?.IPv4Address;
  const request: Dockerode.ContainerCreateOptions = {
    name,
    Hostname: container.Config.Hostname,
    Image: container.Config.Image,
    Tty: container.Config.Tty,
    Labels: without(container.Config.Labels, image?.Config?.Labels ?? {}),
    Env: container.Config.Env.filter((variable) => !(image?.Config?.Env ?? []).includes(variable)),
    HostConfig: { ...asked(container.HostConfig), NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: address ? { IPAMConfig: { IPv4Address: address } } : {} } },
  };
  return [name, runWords(request)];
}

/** What a node asks for, without what the daemon adds to it by itself: lists of masked paths, limits of nothing. */
function asked(host: Dockerode.HostConfig): Dockerode.HostConfig {
  return Object.fromEntries(Object.entries(host).filter(([field]) => hasHostFlag(field)));
}

async function recallNetwork(client: DockerClient, id: string): Promise<Recalled> {
  const network = await client.call(`Cannot inspect network ${id.slice(0, 12)}`, () => client.api.getNetwork(id).inspect() as Promise<Dockerode.NetworkInspectInfo>);
  const pools = (network.IPAM?.Config ?? []).flatMap(({ Subnet, Gateway, IPRange }) => [
    ...(Subnet ? ['--subnet', Subnet] : []), ...(Gateway ? ['--gateway', Gateway] : []), ...(IPRange ? ['--ip-range', IPRange] : []),
  ]);
  const options = Object.entries(network.Options ?? {}).flatMap(([option, value]) => ['--opt', `${option}=${value}`]);
  const words = ['docker', 'network', 'create', '--driver', network.Driver, ...labelWords(network.Labels ?? {}), ...options, ...pools, network.Name];
  return [network.Name, [`${shellCommand(words)} >/dev/null`]];
}

function without(all: Labels, ofImage: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => ofImage[name] !== value));
}

function goneIsFine(error: unknown): undefined {
  if (statusOf(error) !== 404) throw error;
}
