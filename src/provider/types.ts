import type { Readable } from 'node:stream';
import type { NodeRole } from '../nodes/role.js';

/** Selects our own objects by their labels; an empty filter selects everything that kindbox made. */
export interface OwnedFilter {
  readonly cluster?: string;
  readonly run?: string;
}

export interface NodeImage {
  readonly id: string;
  readonly references: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly architecture: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export type NodeState = 'created' | 'running' | 'paused' | 'restarting' | 'stopped' | 'dead';

export interface ObservedNode {
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly run: string;
  readonly role: NodeRole;
  /** 0 for the control plane; 0..N-1 for workers. */
  readonly index: number;
  readonly state: NodeState;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Addresses by network id. Empty when the node is not running. */
  readonly addresses: readonly { readonly networkId: string; readonly networkName: string; readonly ipv4: string; readonly ipv6?: string }[];
  /** Of the first of its networks, which a stopped node has too. */
  readonly network?: string;
  /** Ports published on the host. */
  readonly ports: readonly { readonly nodePort: number; readonly hostPort: number; readonly hostAddress: string }[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly exitCode?: number;
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  /** `bridge`, `macvlan` ... */
  readonly driver?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** CIDRs, of either family. */
  readonly subnets: readonly string[];
  /** CIDRs that the engine gives addresses out of by itself; all of the subnets when absent. */
  readonly dynamicRanges?: readonly string[];
}

export interface ObservedVolume {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** CIDR; the engine chooses from its pools when absent. */
  readonly subnet?: string;
  /** CIDR; what the engine is thought to choose. Another where that is taken. */
  readonly likelySubnet?: string;
  /** Nodes are going to be given addresses of its lower half (see nodes/addresses.ts). */
  readonly dividing?: boolean;
  /** CIDR; the network has IPv6 addresses too when present. */
  readonly ipv6Subnet?: string;
  /** Bytes. */
  readonly mtu?: number;
}

export interface PortSpec {
  readonly nodePort: number;
  /** 0 lets the engine choose a free one. */
  readonly hostPort: number;
  /** Address of the host to listen on; all of them when absent. */
  readonly hostAddress?: string;
  /** `tcp` when absent. */
  readonly protocol?: 'tcp' | 'udp' | 'sctp';
}

/** A file or folder of the host, seen in a node. */
export interface MountSpec {
  /** Absolute path on the engine's host. */
  readonly hostPath: string;
  /** Absolute path in the node. */
  readonly nodePath: string;
  readonly readOnly?: boolean;
  readonly propagation?: 'private' | 'rslave' | 'rshared';
}

/** A file that a node has before it first starts. */
export interface NodeFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** Permission bits; it belongs to root. */
  readonly mode: number;
}

/** A wish: the engine chooses where the network does not let one be chosen, or if it was taken meanwhile. */
export interface NodeAddresses {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

export interface NodeSpec extends NodeAddresses {
  readonly name: string;
  readonly image: string;
  /** `sysbox-runc`: nothing else is asked for. Any other: what an unprivileged node needs is added (see docker/). */
  readonly runtime: string;
  /** Id or name of the network; `bridge` is Docker's default one. */
  readonly network: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The node passes on packets of IPv6, as it always does those of IPv4. */
  readonly ipv6Forwarding?: boolean;
  /** Processors; fractions are allowed. */
  readonly cpus?: number;
  /** Share of the processors where they are scarce; other containers have 1. */
  readonly cpuWeight?: number;
  readonly memoryBytes?: number;
  readonly mounts?: readonly MountSpec[];
  /** They may hold secrets: a plan has none, only what carries it out. */
  readonly files?: readonly NodeFile[];
}

export interface ExecOptions {
  readonly signal: AbortSignal;
  /** Written to the command's stdin, which is then closed. A stream is destroyed when the command ends, read or not. */
  readonly stdin?: string | Buffer | Readable;
  /** Called for each whole line of stdout and stderr as it arrives. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Milliseconds; rejects with a KindboxError `timeout` after that. */
  readonly timeoutMs?: number;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NodeExit {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}
