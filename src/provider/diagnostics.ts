/** What an engine can tell beyond what running nodes needs, for people who look for a fault. Nothing is scrubbed. */
export interface Diagnostics {
  /** Everything that the engine knows of an object, in its own words. @throws KindboxError notFound, host. */
  inspect(kind: InspectableKind, id: string, signal: AbortSignal): Promise<unknown>;
  /** What has happened to objects, oldest first, as far as the engine remembers it. */
  pastEvents(query: PastEventsQuery, signal: AbortSignal): Promise<PastEvents>;
  /** The engine, its parts and its settings, in its own words. */
  describeEngine(signal: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
}

export type InspectableKind = 'node' | 'network' | 'volume';

export interface PastEventsQuery {
  /** Nodes that carry the label of this cluster. */
  readonly cluster: string;
  readonly networkIds: readonly string[];
  readonly volumeIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface PastEvents {
  readonly events: readonly unknown[];
  /** Engines forget: true when the nodes of the query were made before the first event that is left. */
  readonly incomplete: boolean;
  /** Names of nodes in which the kernel killed something for lack of memory. */
  readonly outOfMemory: readonly string[];
}
