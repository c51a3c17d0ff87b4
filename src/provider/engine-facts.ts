/** What an engine says of itself and its host beyond what a create asks for; for checks of the host. */
export interface EngineFacts {
  /** `28.2.2` */
  readonly version: string;
  /** Name of the machine, or virtual machine, that the engine runs on. */
  readonly hostName: string;
  /** It was reached at a socket of this machine, which a virtual machine may be behind. */
  readonly viaSocket: boolean;
  readonly osType: string;
  /** Folder with images and containers, on the engine's host. */
  readonly dataRoot: string;
  readonly storageDriver: string;
  /** `name=seccomp,profile=default`, `name=rootless` */
  readonly securityOptions: readonly string[];
  /** Program of each runtime, by name, where the engine says it. */
  readonly runtimePaths: Readonly<Record<string, string>>;
  /** Limits of containers that its kernel has no means for. */
  readonly missingLimits: readonly string[];
  readonly ipForwarding: boolean;
  /** Of the engine itself, for pulling images. May hold credentials. */
  readonly proxy: string;
  /** Milliseconds by which its clock is ahead of ours. */
  readonly clockOffsetMs?: number;
  /** Where new networks get their subnets from. */
  readonly addressPools: readonly AddressPool[];
  /** CIDRs of all its networks. */
  readonly subnets: readonly string[];
}

export interface AddressPool {
  /** CIDR. */
  readonly base: string;
  /** Prefix length of each subnet. */
  readonly size: number;
}

/** As the engine's security options tell. */
export function isRootless(securityOptions: readonly string[]): boolean {
  return securityOptions.some((option) => option.startsWith('name=rootless'));
}
