import type { AddressPool, EngineFacts } from '../engine-facts.js';
import type { ListedNetwork } from './answers.js';
import type { Endpoint } from './endpoint.js';

/** The part of /info that checks of the host read. */
export interface FactsOfInfo {
  readonly Name?: string;
  readonly OSType?: string;
  readonly DockerRootDir?: string;
  readonly Driver?: string;
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly SecurityOptions?: readonly string[] | null;
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly IPv4Forwarding?: boolean;
  readonly HttpProxy?: string;
  readonly HttpsProxy?: string;
  readonly SystemTime?: string;
  readonly DefaultAddressPools?: readonly { readonly Base?: string; readonly Size?: number }[] | null;
}

/** Docker's own, of which it speaks only when they are configured (moby: libnetwork/ipamutils). */
const DEFAULT_POOLS: readonly AddressPool[] = [
  ...['172.17.0.0/16', '172.18.0.0/16', '172.19.0.0/16', '172.20.0.0/14', '172.24.0.0/14', '172.28.0.0/14'].map((base) => ({ base, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
];

/** `askedAt`, `answeredAt`: milliseconds since the epoch, by our clock. */
export function engineFacts(
  info: FactsOfInfo, version: string, networks: readonly ListedNetwork[], endpoint: Endpoint, askedAt: number, answeredAt: number,
): EngineFacts {
  const time = Date.parse(info.SystemTime ?? '');
  const pools = (info.DefaultAddressPools ?? []).flatMap(({ Base, Size }) => (Base !== undefined && Size !== undefined ? [{ base: Base, size: Size }] : []));
  return {
    version,
    hostName: info.Name ?? '',
    viaSocket: endpoint.transport === 'socket',
    osType: info.OSType ?? 'linux',
    dataRoot: info.DockerRootDir ?? '',
    storageDriver: info.Driver ?? '',
    securityOptions: info.SecurityOptions ?? [],
    runtimePaths: Object.fromEntries(Object.entries(info.Runtimes ?? {}).flatMap(([name, runtime]) => {
      const { path } = runtime as { path?: unknown };
      return typeof path === 'string' && path !== '' ? [[name, path]] : [];
    })),
    missingLimits: [
      ...(info.MemoryLimit === false ? ['memory'] : []), ...(info.CpuCfsQuota === false ? ['cpu'] : []), ...(info.PidsLimit === false ? ['pids'] : []),
    ],
    ipForwarding: info.IPv4Forwarding !== false,
    proxy: info.HttpsProxy || info.HttpProxy || '',
    ...(Number.isNaN(time) ? {} : { clockOffsetMs: outside(time, askedAt, answeredAt) }),
    addressPools: pools.length > 0 ? pools : DEFAULT_POOLS,
    subnets: networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : []))),
  };
}

/** The daemon looked at its clock at some moment between question and answer. */
function outside(time: number, askedAt: number, answeredAt: number): number {
  if (time < askedAt) return time - askedAt;
  return time > answeredAt ? time - answeredAt : 0;
}
