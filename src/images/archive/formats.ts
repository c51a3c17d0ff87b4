import { canonicalName } from '../references.js';
import type { ArchivedImage } from './contents.js';

interface OciIndex {
  readonly manifests?: readonly { readonly digest?: string; readonly annotations?: Readonly<Record<string, string>> }[];
}

/** What Docker and containerd call the image; a full reference. */
const FULL_NAME = 'io.containerd.image.name';
/** The standard's own: a tag alone, or, as podman and skopeo have it, a reference. */
const REFERENCE_NAME = 'org.opencontainers.image.ref.name';

/** Undefined when the text is not the manifest.json of `docker save`. */
export function imagesOfDockerArchive(manifest: string | undefined): ArchivedImage[] | undefined {
  const entries = parse(manifest);
  if (!Array.isArray(entries)) return undefined;
  return (entries as { Config?: unknown; RepoTags?: unknown }[]).flatMap(({ Config, RepoTags }) => {
    const hex = /([a-f0-9]{64})(\.json)?$/.exec(typeof Config === 'string' ? Config : '')?.[1];
    const names = Array.isArray(RepoTags) ? RepoTags.filter((name): name is string => typeof name === 'string') : [];
    return names.map((name) => ({ name: canonicalName(name), ...(hex === undefined ? {} : { id: `sha256:${hex}` }) }));
  });
}

/**
 * The images of an index.json, and that index with the name that a kubelet asks for at each image: importers take
 * `nginx:1.27` for what it says, the kubelet asks for docker.io/library/nginx:1.27.
 */
export function imagesOfOciArchive(text: string): { images: ArchivedImage[] | undefined; index: string | undefined } {
  const index = (parse(text) ?? {}) as OciIndex;
  if (!Array.isArray(index.manifests)) return { images: undefined, index: undefined };
  const images: ArchivedImage[] = [];
  const given = index.manifests as NonNullable<OciIndex['manifests']>;
  const manifests = given.map((descriptor) => {
    const { digest, annotations } = descriptor;
    const name = nameIn(annotations ?? {});
    if (name === undefined) return descriptor;
    images.push({ name, ...(digest === undefined ? {} : { target: digest }) });
    if (annotations?.[FULL_NAME] === name) return descriptor;
    return { ...descriptor, annotations: { ...annotations, [FULL_NAME]: name } };
  });
  return { images, index: manifests.some((descriptor, at) => descriptor !== given[at]) ? JSON.stringify({ ...index, manifests }) : undefined };
}

function nameIn(annotations: Readonly<Record<string, string>>): string | undefined {
  const full = annotations[FULL_NAME];
  if (full !== undefined && full !== '') return canonicalName(full);
  const reference = annotations[REFERENCE_NAME];
  // A tag alone does not tell the image.
  return reference !== undefined && /[/:@]/.test(reference) ? canonicalName(reference) : undefined;
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
