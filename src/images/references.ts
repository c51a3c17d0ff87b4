import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageRoot } from './package-root.js';

export const DEFAULT_KUBERNETES_VERSION = 'v1.36.3';
export const NODE_IMAGE_REPOSITORY = 'nestybox/k8s-node';
/** The name of document 003. */
export const KIND_IMAGE_REPOSITORY = 'nestybox/kindestnode';
export const DEFAULT_BASE_IMAGE = 'debian:bookworm-slim';

/** The node image that has this version of Kubernetes (`v1.36.3`). */
export function defaultImageFor(kubernetesVersion: string): string {
  return `${NODE_IMAGE_REPOSITORY}:${kubernetesVersion}`;
}

/** The folder that node images are made of. */
export function nodeImageFolder(): string {
  return join(packageRoot(), 'images', 'k8s-node');
}

/** The versions whose sources are pinned, those of nodes with Docker inside among them, oldest first. */
export async function supportedKubernetesVersions(folder = nodeImageFolder()): Promise<string[]> {
  const files = await Promise.all([readdir(join(folder, 'source', 'versions')), readdir(join(dirname(folder), 'docker-node', 'source', 'versions')).catch(() => [])]);
  return files.flat()
    .flatMap((file) => /^(v\d+\.\d+\.\d+)\.env$/.exec(file)?.[1] ?? [])
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** `a/b:1` -> repository `a/b` and tag `1`; the colon of a registry's port is not that of a tag. */
export function splitReference(reference: string): { repository: string; tag: string | undefined; digest: string | undefined } {
  const [named = '', digest] = reference.split('@', 2);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  return { repository: hasTag ? named.slice(0, colon) : named, tag: hasTag ? named.slice(colon + 1) : undefined, digest };
}

/** The name under which the kubelet asks its runtime for an image: `nginx` -> `docker.io/library/nginx:latest`. */
export function canonicalName(reference: string): string {
  const { repository, tag, digest } = splitReference(reference);
  const [first = '', ...rest] = repository.split('/');
  const namesHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = namesHost ? repository : `docker.io/${rest.length === 0 ? `library/${repository}` : repository}`;
  const hub = path.replace(/^index\.docker\.io\//, 'docker.io/').replace(/^docker\.io\/([^/]+)$/, 'docker.io/library/$1');
  return digest === undefined ? `${hub}:${tag ?? 'latest'}` : `${hub}${tag === undefined ? '' : `:${tag}`}@${digest}`;
}
