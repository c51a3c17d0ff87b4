import type { EngineContext } from '../../engine.js';
import { KindboxError } from '../../errors/index.js';
import { printable } from '../../errors/printable.js';
import { validateClusterName } from '../../cluster/validate.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { StandaloneNodes } from '../../provider/standalone.js';
import { validatePodImages } from '../pods/sources.js';

export type LoadContext = EngineContext & { readonly builder: ImageBuilder; readonly standalone: Pick<StandaloneNodes, 'listStandalone'> };

export interface LoadOptions {
  /** Images of pods, of Docker's own store or else of their registry. */
  readonly images: readonly string[];
  readonly archives: readonly string[];
  /** The only cluster of the host when neither this nor `nodes` is given. */
  readonly cluster?: string | undefined;
  /** Names of nodes, those of no cluster included; all nodes of the cluster when empty. */
  readonly nodes: readonly string[];
}

export interface LoadResult {
  readonly nodes: readonly {
    readonly name: string;
    readonly loaded: readonly string[];
    /** What the node had already. */
    readonly present: readonly string[];
  }[];
  readonly durationMs: number;
}

/** @throws KindboxError usage. Contacts nothing. */
export function validateLoadOptions(options: LoadOptions): LoadOptions {
  validatePodImages(options.images, options.archives);
  if (options.cluster !== undefined) validateClusterName(options.cluster);
  const odd = options.nodes.find((name) => !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name));
  if (odd !== undefined) throw new KindboxError(`"${printable(odd)}" is not the name of a node`, { reason: 'usage' });
  return { ...options, nodes: [...new Set(options.nodes)] };
}
