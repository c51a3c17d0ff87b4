import type { Engine } from './engine.js';

/** A way to get a cluster that somebody would otherwise use. */
export interface Contestant {
  readonly name: string;
  readonly engine: Engine;
  /** Returns when a user's command would. Nothing is left when it fails. */
  create(cluster: string, workers: number): Promise<void>;
  /** The name of its container. */
  controlPlane(cluster: string): string;
  /** Containers; the control plane first. */
  nodes(cluster: string): Promise<string[]>;
  /** Only where the tool can. */
  resize?(cluster: string, workers: number): Promise<void>;
  destroy(cluster: string): Promise<void>;
  /** Takes away what was made for all runs. */
  close(): Promise<void>;
}
