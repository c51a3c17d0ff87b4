/**
 * What the daemon answers, as far as it is read here. dockerode's declarations promise values for fields that are
 * null in an empty list, absent in older daemons, or gone in newer ones.
 */
export type Labels = Readonly<Record<string, string>>;

export interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[] | null;
  readonly Image: string;
  readonly State: string;
  readonly Status: string;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Labels: Labels | null;
  readonly Ports: readonly { readonly Type: string; readonly PrivatePort: number; readonly PublicPort?: number; readonly IP?: string }[] | null;
  readonly NetworkSettings?: { readonly Networks?: Networks | null } | null;
}

export type Networks = Readonly<Record<string, {
  readonly NetworkID: string;
  readonly IPAddress: string;
  readonly GlobalIPv6Address?: string;
  /** What the container was made with: it is given that again at every start. */
  readonly IPAMConfig?: { readonly IPv4Address?: string; readonly IPv6Address?: string } | null;
}>>;

export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  /** Id of the image. */
  readonly Image: string;
  readonly Created: string;
  readonly State: { readonly Status: string; readonly Running: boolean; readonly Paused: boolean; readonly ExitCode: number; readonly StartedAt: string; readonly OOMKilled?: boolean };
  readonly Config: { readonly Image: string; readonly Labels: Labels | null; readonly Env: readonly string[] | null };
  readonly NetworkSettings: {
    readonly Networks?: Networks | null;
    readonly Ports?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>> | null;
  };
}

export interface InspectedImage {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Architecture: string;
  /** Bytes. */
  readonly Size: number;
  readonly Created?: string;
  readonly Config?: { readonly Labels?: Labels | null; readonly Env?: readonly string[] | null } | null;
}

export interface ListedVolumes {
  readonly Volumes?: readonly { readonly Name: string; readonly Labels?: Labels | null }[] | null;
}

export interface ListedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver?: string;
  readonly Labels?: Labels | null;
  readonly Options?: Labels | null;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly IPRange?: string; readonly Gateway?: string }[] | null } | null;
}
