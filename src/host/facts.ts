import type { EngineFacts } from '../provider/engine-facts.js';
import type { HostDescription } from '../provider/host-description.js';

/** Everything that the checks of the host judge. */
export interface HostFacts {
  readonly host: HostDescription;
  readonly engine: EngineFacts | undefined;
  /** Of this machine; undefined when the engine is on another one, or in a virtual machine. */
  readonly machine: MachineFacts | undefined;
  /** Of the runtime that was asked for, if it is Sysbox and on this machine. */
  readonly sysbox: SysboxFacts | undefined;
  /** Variables of whoever runs kindbox. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Read from /proc and /sys. What is undefined could not be read. */
export interface MachineFacts {
  readonly inotifyInstances: number | undefined;
  readonly inotifyWatches: number | undefined;
  /** Threads that the kernel gives numbers to, and those that there are now. */
  readonly threads: { readonly most: number; readonly now: number } | undefined;
  /** Entries of the neighbour table, which all network namespaces share. */
  readonly neighbours: number | undefined;
  /** Of users other than root. */
  readonly maxKeys: number | undefined;
  /** Bytes. */
  readonly maxKeyBytes: number | undefined;
  /** A switch of Debian's and Ubuntu's kernels; undefined elsewhere. */
  readonly userNamespaceClone: number | undefined;
  readonly maxUserNamespaces: number | undefined;
  /** Controllers that are enabled. */
  readonly cgroupControllers: readonly string[] | undefined;
  /** Of the file system with the engine's data. */
  readonly disk: { readonly freeBytes: number; readonly freeInodes: number; readonly inodes: number } | undefined;
  /** Bytes. */
  readonly memoryAvailable: number | undefined;
  readonly bridgeNetfilter: boolean;
  readonly overlay: boolean | undefined;
  /** Interface of the default route. */
  readonly uplink: { readonly name: string; readonly mtu: number } | undefined;
  /** CIDRs that the machine has routes to, without the default route. */
  readonly routes: readonly string[];
  /** Those of them that lead to Docker's bridges. */
  readonly dockerRoutes: readonly string[];
  /** IPv4 addresses of DNS servers on other machines. */
  readonly nameservers: readonly string[];
  readonly selinux: 'enforcing' | 'permissive' | 'disabled';
  readonly appArmor: boolean;
  readonly shiftfs: boolean;
  /** Docker's configuration at its usual place: `absent`, `unreadable`, or its content. */
  readonly daemonJson: 'absent' | 'unreadable' | Readonly<Record<string, unknown>>;
}

export interface SysboxFacts {
  /** Program that is registered. */
  readonly path: string;
  /** Undefined when it is something else under Sysbox's name. */
  readonly version: string | undefined;
  /** First line that it says of its version; undefined when it does not run. */
  readonly says: string | undefined;
  /** Its services that do not answer. */
  readonly silent: readonly string[];
}

/** What the host is to do. */
export interface HostWish {
  readonly runtime: string;
  /** Nodes of the cluster, the control plane included. */
  readonly nodes: number;
  /** The engine chooses the subnet of a network of the cluster's own. */
  readonly needsSubnet: boolean;
  /** `v1.36.3`, where it is known. */
  readonly kubernetesVersion?: string;
}
