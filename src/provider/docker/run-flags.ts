import type Dockerode from 'dockerode';

type Request = Dockerode.ContainerCreateOptions;
type HostConfig = Dockerode.HostConfig & { readonly CgroupnsMode?: string; readonly MaskedPaths?: readonly string[] | null; readonly ReadonlyPaths?: readonly string[] | null };
/** A flag with its value, as one word where they must be. */
export type RunOption = readonly [flag: string, value?: string];
type Flags<T> = { readonly [K in keyof T]?: (value: NonNullable<T[K]>) => readonly RunOption[] };

const NOTHING = (): readonly RunOption[] => [];
const each = (flag: string, values: readonly string[]): RunOption[] => values.map((value) => [flag, value]);
const assignments = (flag: string, values: Readonly<Record<string, string>>): RunOption[] => each(flag, Object.entries(values).map(([name, value]) => `${name}=${value}`));

/** In the order in which a person would write them. */
const OF_REQUEST: Flags<Request> = {
  name: (name) => [['--name', name]],
  Hostname: (name) => [['--hostname', name]],
  Tty: (tty) => (tty ? [['--tty']] : []),
  Labels: (labels) => assignments('--label', labels),
  Env: (variables) => each('--env', variables),
  // What is published is exposed.
  ExposedPorts: NOTHING,
  OpenStdin: NOTHING,
  AttachStdout: NOTHING,
  AttachStderr: NOTHING,
};

const OF_HOST: Flags<HostConfig> = {
  Runtime: (runtime) => [['--runtime', runtime]],
  NetworkMode: (network) => [['--network', network]],
  PortBindings: (bindings) => each('--publish', Object.entries(bindings as Record<string, Binding[]>).flatMap(([port, list]) => list.map((binding) => published(port, binding)))),
  // No is what `docker run` does by itself.
  RestartPolicy: NOTHING,
  Init: (init) => [[`--init=${String(init)}`]],
  CgroupnsMode: (mode) => (mode === '' ? [] : [['--cgroupns', mode]]),
  CapAdd: (capabilities: readonly string[]) => each('--cap-add', capabilities),
  SecurityOpt: (options: readonly string[]) => each('--security-opt', options),
  // Nothing masked: the docker command has a word for both lists together.
  MaskedPaths: (paths) => (paths.length === 0 ? [['--security-opt', 'systempaths=unconfined']] : []),
  ReadonlyPaths: NOTHING,
  DeviceCgroupRules: (rules: readonly string[]) => each('--device-cgroup-rule', rules),
  Devices: (devices: readonly Dockerode.DeviceMapping[]) => each('--device', devices.map((device) => `${device.PathOnHost}:${device.PathInContainer}:${device.CgroupPermissions}`)),
  Sysctls: (values: Readonly<Record<string, string>>) => assignments('--sysctl', values),
  Tmpfs: (mounts: Readonly<Record<string, string>>) => each('--tmpfs', Object.entries(mounts).map(([path, options]) => `${path}:${options}`)),
  Mounts: (mounts) => each('--mount', (mounts as readonly Mount[]).map(mountFlag)),
  NanoCpus: (billionths) => (billionths > 0 ? [['--cpus', String(billionths / 1e9)]] : []),
  CpuShares: (shares) => (shares > 0 ? [['--cpu-shares', String(shares)]] : []),
  Memory: (bytes) => (bytes > 0 ? [['--memory', `${bytes}b`]] : []),
  MemorySwap: (bytes) => (bytes > 0 ? [['--memory-swap', `${bytes}b`]] : []),
};

interface Binding {
  readonly HostIp?: string;
  readonly HostPort?: string;
}

interface Mount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly VolumeOptions?: { readonly Labels?: Readonly<Record<string, string>> };
  readonly BindOptions?: { readonly Propagation?: string };
}

/** The addresses that a container asks for on its network. */
export interface WishedAddresses {
  readonly IPv4Address?: string;
  readonly IPv6Address?: string;
}

/**
 * The options of the `docker run` that does what a create request and a start do; the image comes behind them.
 * @throws TypeError for a field of the request that it has no flag for: the two must not drift apart.
 */
export function runOptions(request: Request): RunOption[] {
  const { Image: _image, HostConfig: host = {}, NetworkingConfig: networking, ...rest } = request;
  const [endpoint] = Object.values(networking?.EndpointsConfig ?? {}) as ({ IPAMConfig?: WishedAddresses | null } | undefined)[];
  const { IPv4Address: ipv4, IPv6Address: ipv6 } = endpoint?.IPAMConfig ?? {};
  return [...flagsOf(OF_REQUEST, rest), ...flagsOf(OF_HOST, host), ...(ipv4 ? each('--ip', [ipv4]) : []), ...(ipv6 ? each('--ip6', [ipv6]) : [])];
}

function flagsOf<T extends object>(table: Flags<T>, values: T): RunOption[] {
  const unknown = Object.keys(values).find((key) => !(key in table));
  if (unknown !== undefined) throw new TypeError(`docker run has no flag here for ${unknown}`);
  return (Object.keys(table) as (keyof T)[]).flatMap((key) => {
    const value = values[key];
    return value === undefined || value === null ? [] : table[key]?.(value) ?? [];
  });
}

/** Whether a field of the daemon's answer to an inspection is one that `runOptions` has a flag for. */
export function hasHostFlag(field: string): boolean {
  return field in OF_HOST;
}

function published(port: string, { HostIp = '', HostPort = '' }: Binding): string {
  const address = HostIp.includes(':') ? `[${HostIp}]` : HostIp;
  if (address !== '') return `${address}:${HostPort}:${port}`;
  return HostPort === '' ? port : `${HostPort}:${port}`;
}

function mountFlag({ Type, Source, Target, ReadOnly, VolumeOptions, BindOptions }: Mount): string {
  const propagation = BindOptions?.Propagation;
  const fields = [
    `type=${Type}`, ...(Source ? [`source=${Source}`] : []), `target=${Target}`, ...(ReadOnly ? ['readonly'] : []),
    ...(propagation ? [`bind-propagation=${propagation}`] : []),
    ...Object.entries(VolumeOptions?.Labels ?? {}).map(([name, value]) => `volume-label=${name}=${value}`),
  ];
  return fields.map(csvField).join(',');
}

/** Docker reads the value of --mount as a line of CSV (RFC 4180). */
function csvField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
