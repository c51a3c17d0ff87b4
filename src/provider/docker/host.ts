import { KindboxError } from '../../errors/index.js';
import type { HostDescription } from '../host-description.js';
import type { NodeProvider } from '../provider.js';
import type { ListedNetwork } from './answers.js';
import type { DockerClient } from './client.js';
import { isLocal } from './endpoint.js';
import { sshHostName } from './ssh-host.js';

/** Milliseconds. A daemon that works answers within one; one that hangs never does. */
const ANSWER_TIMEOUT = 30_000;
const LOOPBACK = '127.0.0.1';
const MTU_OPTION = 'com.docker.network.driver.mtu';
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

interface Info {
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
      const impatient = AbortSignal.timeout(ANSWER_TIMEOUT);
      const either = AbortSignal.any([signal, impatient]);
      const asking = async () => {
        const api = client.api as unknown as AbortableHostCalls;
        const [info, version, mtu, address] = await Promise.all([
          api.info({ abortSignal: either }),
          api.version({ abortSignal: either }),
          defaultMtu(client, either),
          hostAddress(client, either),
        ]);
        return describe(client, info, version, mtu, address);
      };
      return client.call('Cannot describe the Docker host', asking, signal).catch((error: unknown) => {
        if (impatient.aborted && !signal.aborted) throw silent(client.endpoint.url, error);
        throw error;
      });
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
  return info.OperatingSystem === 'Docker Desktop' || (info.SecurityOptions ?? []).some((option) => option.startsWith('name=rootless'));
}

/** Undefined when the daemon runs without its default bridge. */
async function defaultMtu(client: DockerClient, signal: AbortSignal): Promise<number | undefined> {
  // Listed, not inspected: dockerode's inspection of a network cannot be aborted.
  const networks: ListedNetwork[] = await client.api.listNetworks({ filters: { name: ['bridge'] }, abortSignal: signal });
  const bridge = networks.find((network) => network.Name === 'bridge');
  const mtu = Number(bridge?.Options?.[MTU_OPTION]);
  return Number.isInteger(mtu) && mtu > 0 ? mtu : undefined;
}

function silent(url: string, cause: unknown): KindboxError {
  return new KindboxError(`Docker at ${url} does not answer`, {
    reason: 'host',
    because: `It accepted the connection, but said nothing for ${ANSWER_TIMEOUT / 1000} seconds.`,
    next: ['docker info', 'sudo systemctl restart docker', 'journalctl --unit docker --since -10min'],
    cause,
  });
}
