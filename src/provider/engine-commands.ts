import type { NodeSettings } from '../nodes/settings.js';
import type { NetworkSpec, NodeSpec } from './types.js';

/** What the engine's own command line is called with to do by hand what the provider does: lines of a POSIX shell script. */
export interface EngineCommands {
  /** Functions that the lines of nodes with an offset use. */
  readonly functions: readonly string[];
  network(spec: NetworkSpec): readonly string[];
  /** @param offset of the node's address in a network that `network` has divided (see nodes/addresses.ts). */
  node(spec: NodeSpec, offset?: number): readonly string[];
  /** Lets nodes come back after a restart of the host. */
  keep(nodes: readonly string[]): string;
  volume(name: string, labels: Readonly<Record<string, string>>): string;
  /** A command in a node, which reads the stdin of the script's line if it is to. */
  inNode(node: string, argv: readonly string[], stdin?: 'stdin'): string;
  /** A command that prints `ADDRESS:PORT` of the host. */
  publishedPort(node: string, port: number): string;
  /** A command that prints the node's own address. */
  address(node: string): string;
}

/** The commands for nodes that exist: of a network or node they need the name only. */
export interface RecalledCommands extends EngineCommands {
  /** What a node was asked for, running or not. */
  settings(node: string): Pick<NodeSettings, 'cpus' | 'memoryBytes' | 'ports'>;
}
