import type { Customization } from '../cluster/customization.js';
import type { ClusterOperation, ClusterOperationKind } from '../cluster/operations.js';
import type { Cni } from '../cni/cni.js';
import type { EngineCommands } from '../provider/engine-commands.js';
import type { HostDescription } from '../provider/host-description.js';
import type { NodeSpec } from '../provider/types.js';

export type Of<K extends ClusterOperationKind> = Extract<ClusterOperation, { kind: K }>;

/** What the lines for an operation depend on beside the operation. */
export interface ScriptFacts {
  readonly engine: EngineCommands;
  readonly host: HostDescription;
  readonly cluster: string;
  readonly run: string;
  /** Name of the control plane node. */
  readonly master: string;
  /** What each node of the plan is made of, by its name. */
  readonly nodes: ReadonlyMap<string, NodeSpec>;
  /** Nodes are given addresses in a network that the script makes. */
  readonly dividing: boolean;
  /** Undefined where it is the user's own manifest, and unknown. */
  readonly cni: Cni | undefined;
  readonly customization: Customization;
  /** Seconds for each wait. */
  readonly waitSeconds: number;
}

export type Lines = readonly string[];
export type Renderers<K extends ClusterOperationKind> = { readonly [Kind in K]: (operation: Of<Kind>, facts: ScriptFacts) => Lines | Promise<Lines> };

export function kubectl({ engine, master }: Pick<ScriptFacts, 'engine' | 'master'>, argv: readonly string[]): string {
  return engine.inNode(master, ['kubectl', ...argv]);
}
