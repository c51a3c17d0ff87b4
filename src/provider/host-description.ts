import type { EngineFacts } from './engine-facts.js';

/** Facts about the host, as the engine reports them. */
export interface HostDescription {
  /** `Docker 28.2.2`. */
  readonly engine: string;
  /** Names of the OCI runtimes that are registered. */
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
  readonly cgroupVersion: 1 | 2;
  /** As in OCI images: amd64, arm64. */
  readonly architecture: string;
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memoryBytes: number;
  /** The daemon runs on another machine: its ports are reached at `address`, its containers' addresses are not. */
  readonly remote: boolean;
  /** Host name or address under which published ports are reached: `127.0.0.1` for a local daemon. */
  readonly address: string;
  /** Bytes; the MTU of the engine's own default network, which new networks copy. */
  readonly defaultMtu?: number;
  /** Absent where an engine has none of them. */
  readonly facts?: EngineFacts;
}
