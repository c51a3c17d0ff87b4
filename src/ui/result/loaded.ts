import type { LoadResult } from '../../images/load/options.js';
import { sanitizeLine } from '../terminal/sanitize.js';

/** One line for each image: nodes that have the same are told together. */
export function loadedText({ nodes, durationMs }: LoadResult): string {
  const images = [...new Set(nodes.flatMap(({ loaded, present }) => [...loaded, ...present]))];
  const lines = images.map((image) => {
    const loaded = nodes.filter((node) => node.loaded.includes(image)).length;
    const present = nodes.length - loaded;
    const had = present === 0 ? '' : loaded === 0 ? `all ${present} nodes had it already` : `, ${present} had it already`;
    return `${sanitizeLine(image)}: ${loaded === 0 ? '' : `loaded into ${loaded} node${loaded === 1 ? '' : 's'}`}${had}`;
  });
  return `${lines.join('\n')}\nDone in ${(durationMs / 1000).toFixed(1)} s.`;
}
