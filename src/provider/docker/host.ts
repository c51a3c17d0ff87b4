import { isRootless } from '../engine-facts.js';
import type { HostDescription } from '../host-description.js';
import type { NodeProvider } from '../provider.js';
import type { ListedNetwork } from './answers.js';
import type { DockerClient } from './client.js';
import { isLocal } from './endpoint.js';
import { engineFacts, type FactsOfInfo } from './engine-facts.js';
import { MTU_OPTION } from './networks.js';
import { sshHostName } from './ssh-host.js';

const LOOPBACK = '127.0.0.1';
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

interface Info extends FactsOfInfo {
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly DefaultRuntime?: string;
  readonly CgroupVersion?: string;
  readonly Architecture?: string;
  readonly KernelVersion?: string;
  readonly OperatingSystem?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly SecurityOptions?: readonly string[] | null;
}

interface Version {
  readonly Version: string;
  readonly Arch: string;
  readonly KernelVersion?: string;
}

/** dockerode takes these options; its type declarations do not say so. */
interface AbortableHostCalls {
  info(options: { abortSignal: AbortSignal }): Promise<Info>;
  version(options: { abortSignal: AbortSignal }): Promise<Version>;
}

export function hostCalls(client: DockerClient): Pick<NodeProvider, 'describeHost'> {
  return {
    async describeHost(signal) {
      const asking = async (abortSignal = signal) => {
        const api = client.api as unknown as AbortableHostCalls;
        const askedAt = Date.now();
        const [{ info, answeredAt }, version, networks, address] = await Promise.all([
          api.info({ abortSignal }).then((answer) => ({ info: answer, answeredAt: Date.now() })),
          api.version({ abortSignal }),
          // Listed, not inspected: dockerode's inspection of a network cannot be aborted.
          client.api.listNetworks({ abortSignal }) as Promise<ListedNetwork[]>,
          hostAddress(client, abortSignal),
        ]);
        const facts = engineFacts(info, version.Version, networks, client.endpoint, askedAt, answeredAt);
        return { ...describe(client, info, version, defaultMtu(networks), address), facts };
      };
      return client.call('Cannot describe the Docker host', asking, signal);
    },
  };
}

function describe(client: DockerClient, info: Info, version: Version, mtu: number | undefined, address: string): HostDescription {
  const { endpoint } = client;
  const local = isLocal(endpoint);
  return {
    engine: `Docker ${version.Version}`,
    runtimes: Object.keys(info.Runtimes ?? {}),
    defaultRuntime: info.DefaultRuntime ?? 'runc',
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    architecture: version.Arch || ARCHITECTURES[info.Architecture ?? ''] || (info.Architecture ?? ''),
    kernelVersion: info.KernelVersion ?? version.KernelVersion ?? '',
    operatingSystem: info.OperatingSystem ?? '',
    cpus: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    remote: !local || hidesContainers(info),
    address,
    ...(mtu !== undefined && { defaultMtu: mtu }),
  };
}

async function hostAddress({ endpoint, environment }: DockerClient, signal: AbortSignal): Promise<string> {
  if (isLocal(endpoint)) return LOOPBACK;
  const host = endpoint.transport === 'ssh' ? await sshHostName(endpoint, environment, signal) : endpoint.host;
  return host?.toLowerCase() ?? LOOPBACK;
}

/** Docker Desktop and rootless Docker keep containers' addresses in a network of their own; published ports work. */
function hidesContainers(info: Info): boolean {
  return info.OperatingSystem === 'Docker Desktop' || isRootless(info.SecurityOptions ?? []);
}

/** Undefined when the daemon runs without its default bridge. */
function defaultMtu(networks: readonly ListedNetwork[]): number | undefined {
  const bridge = networks.find((network) => network.Name === 'bridge');
  const mtu = Number(bridge?.Options?.[MTU_OPTION]);
  return Number.isInteger(mtu) && mtu > 0 ? mtu : undefined;
}
