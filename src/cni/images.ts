import { parseAllDocuments } from 'yaml';

/** The images of all containers in a manifest, wherever they are in it. */
export function imagesOf(manifest: string): string[] {
  const found = new Set<string>();
  const search = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(search);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'containers' || key === 'initContainers') [inner].flat().forEach((container) => collect(container));
        search(inner);
      }
    }
  };
  const collect = (container: unknown): void => {
    const image: unknown = typeof container === 'object' && container !== null ? (container as { image?: unknown }).image : undefined;
    if (typeof image === 'string') found.add(image);
  };
  for (const document of parseAllDocuments(manifest)) if ('toJS' in document) search(document.toJS());
  return [...found].sort();
}
