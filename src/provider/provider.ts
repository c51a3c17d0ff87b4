import type { Duplex } from 'node:stream';
import type { Diagnostics } from './diagnostics.js';
import type { EngineCommands, RecalledCommands } from './engine-commands.js';
import type { HostDescription } from './host-description.js';
import type {
  ExecOptions, ExecResult, NetworkSpec, NodeAddresses, NodeExit, NodeImage, NodeSpec, ObservedNetwork, ObservedNode, ObservedVolume, OwnedFilter,
} from './types.js';

/**
 * Where nodes live. One implementation for each place that can run a container as a node
 * (docker/ today; nodes as pods of an outer cluster follow).
 *
 * Every method rejects with a KindboxError for conditions a user can mend, acts on ids only, and stops at the
 * next safe point when `signal` is aborted: a call that makes or removes an object is always awaited to its end,
 * so that clean-up by label finds what was made.
 */
export interface NodeProvider extends Diagnostics {
  /** What the host is and offers. The first call of every command: it also proves that the engine answers. */
  describeHost(signal: AbortSignal): Promise<HostDescription>;

  /** The image of that reference, or undefined when the host does not have it. */
  findImage(reference: string, signal: AbortSignal): Promise<NodeImage | undefined>;
  /** All images of a repository, newest first: `nestybox/k8s-node` -> its tags. */
  listImages(repository: string, signal: AbortSignal): Promise<NodeImage[]>;
  /** Fetches an image from its registry; `onProgress` gets `{current,total}` bytes. */
  pullImage(reference: string, onProgress: (current: number, total: number) => void, signal: AbortSignal): Promise<NodeImage>;

  /** Nodes of ours, stopped ones included. */
  listNodes(filter: OwnedFilter, signal: AbortSignal): Promise<ObservedNode[]>;
  /** Names among `names` that containers not carrying our label of `cluster` already have. */
  findForeignContainers(names: readonly string[], cluster: string, signal: AbortSignal): Promise<{ id: string; name: string }[]>;
  /**
   * Creates and starts a node. The object is labelled before it can do anything, and removed again if its start
   * fails. @throws KindboxError conflict (name or port taken), image, host.
   */
  createNode(spec: NodeSpec, signal: AbortSignal): Promise<ObservedNode>;
  /** Starts a node, lets one that is paused go on, or leaves one that runs. @returns it as it is then, and since when it runs (milliseconds since the epoch, by the engine's clock). */
  startNode(id: string, signal: AbortSignal): Promise<{ readonly node: ObservedNode; readonly startedAt: number }>;
  /** Lets a node shut down, for ten seconds at most. It stays stopped until somebody starts it. */
  stopNode(id: string, signal: AbortSignal): Promise<void>;
  /** From now on a node comes back when the engine or its machine restarts, until stopNode. */
  keepNode(id: string, signal: AbortSignal): Promise<void>;
  /** Kills and removes a node and its volumes; an absent one is success. Resolves when its name is free again. */
  removeNode(id: string): Promise<void>;

  /** Networks of that name (old daemons allow several), ours or not. */
  findNetworks(name: string, signal: AbortSignal): Promise<ObservedNetwork[]>;
  listNetworks(filter: OwnedFilter, signal: AbortSignal): Promise<ObservedNetwork[]>;
  /** All networks of the engine, ours or not. */
  allNetworks(signal: AbortSignal): Promise<ObservedNetwork[]>;
  /** Addresses on a network that containers, stopped ones included, have or were promised, and those of its gateways. */
  usedAddresses(networkId: string, signal: AbortSignal): Promise<string[]>;
  /** Connects a node to a network, anew if it is connected already. @throws KindboxError conflict when another has the address. */
  connectNode(nodeId: string, networkId: string, addresses: NodeAddresses, signal: AbortSignal): Promise<void>;
  createNetwork(spec: NetworkSpec, signal: AbortSignal): Promise<ObservedNetwork>;
  /** Removes a network of ours; `in-use` when containers that are not ours are attached. */
  removeNetwork(id: string): Promise<'removed' | 'absent' | 'in-use'>;

  /** Volumes of ours, those that a node holds included. */
  listVolumes(filter: OwnedFilter, signal: AbortSignal): Promise<ObservedVolume[]>;
  /** Creates a named volume with labels, or does nothing when it exists. */
  ensureVolume(name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /** The volume of that name, ours or not: names of volumes are exclusive, so it tells who made it first. */
  findVolume(name: string, signal: AbortSignal): Promise<ObservedVolume | undefined>;
  /** Removes a volume; an absent one is success, one that a node holds is left. */
  removeVolume(id: string): Promise<void>;

  /**
   * Runs a command in a node. A non-zero exit code is a result, not an error.
   * Secrets go through `stdin` only: Docker publishes the command line of each exec as an event.
   * @throws KindboxError cluster when the node is not running or stops meanwhile.
   */
  exec(nodeId: string, argv: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /** A raw, two-way byte stream to the stdin and stdout of a command in a node. */
  openStream(nodeId: string, argv: readonly string[], signal: AbortSignal): Promise<Duplex>;

  /** The commands that make nodes of that runtime, and what belongs to them, by hand. Makes nothing. */
  describeCommands(runtime: string, signal: AbortSignal): Promise<EngineCommands>;
  /** The same for nodes and networks that exist: as they were made, whatever was planned. */
  recallCommands(nodeIds: readonly string[], networkIds: readonly string[], signal: AbortSignal): Promise<RecalledCommands>;

  /** The last lines that the node's init wrote to its console. */
  nodeConsole(nodeId: string, lines: number, signal: AbortSignal): Promise<string>;
  /** Resolves when the node stops running; never before. Rejects only when `signal` is aborted. */
  waitForExit(nodeId: string, signal: AbortSignal): Promise<NodeExit>;
}
