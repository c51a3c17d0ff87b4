import type { NodeSpec } from './types.js';

/** A container, whoever made it. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As it was named when the container was made. */
  readonly image: string;
  readonly imageId: string;
  readonly running: boolean;
  /** Paths that the container declares as volumes: an image made of it declares them too. */
  readonly declaredVolumes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Nodes of no cluster, of which images are made. Implemented beside NodeProvider, in docker/. */
export interface StandaloneNodes {
  /** Creates and starts a node whose labels are `standaloneLabels`. @throws KindboxError as createNode does. */
  runStandalone(spec: NodeSpec, signal: AbortSignal): Promise<ObservedContainer>;
  /** Those with our label, stopped ones included, oldest first. */
  listStandalone(signal: AbortSignal): Promise<ObservedContainer[]>;
  /** Any container, by name or id. */
  findContainer(nameOrId: string, signal: AbortSignal): Promise<ObservedContainer | undefined>;
}
