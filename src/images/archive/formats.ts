import { canonicalName } from '../references.js';
import type { ArchivedImage } from './contents.js';

/** An archive is somebody else's: of no field is it known what it holds. */
type Fields = Readonly<Record<string, unknown>>;

/** What Docker and containerd call the image; a full reference. */
const FULL_NAME = 'io.containerd.image.name';
/** The standard's own: a tag alone, or, as podman and skopeo have it, a reference. */
const REFERENCE_NAME = 'org.opencontainers.image.ref.name';
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]{32,}$/;
/** Characters, of a host, a repository and a digest. */
const LONGEST_NAME = 512;

/** Undefined when the text is not the manifest.json of `docker save`. */
export function imagesOfDockerArchive(manifest: string | undefined): ArchivedImage[] | undefined {
  const entries = parse(manifest);
  if (!Array.isArray(entries)) return undefined;
  return entries.map(fields).flatMap(({ Config, RepoTags }) => {
    const hex = /([a-f0-9]{64})(\.json)?$/.exec(typeof Config === 'string' ? Config : '')?.[1];
    const names = Array.isArray(RepoTags) ? RepoTags.filter(isImageName) : [];
    return names.map((name) => ({ name: canonicalName(name), ...(hex === undefined ? {} : { id: `sha256:${hex}` }) }));
  });
}

/**
 * The images of an index.json, and that index with the name that a kubelet asks for at each image: importers take
 * `nginx:1.27` for what it says, the kubelet asks for docker.io/library/nginx:1.27.
 */
export function imagesOfOciArchive(text: string): { images: ArchivedImage[] | undefined; index: string | undefined } {
  const index = fields(parse(text));
  const given: unknown = index['manifests'];
  if (!Array.isArray(given)) return { images: undefined, index: undefined };
  const images: ArchivedImage[] = [];
  const manifests = given.map((descriptor: unknown) => {
    const { digest, annotations } = fields(descriptor);
    const name = nameIn(fields(annotations));
    if (name === undefined) return descriptor;
    images.push({ name, ...(typeof digest === 'string' && DIGEST.test(digest) ? { target: digest } : {}) });
    if (fields(annotations)[FULL_NAME] === name) return descriptor;
    return { ...fields(descriptor), annotations: { ...fields(annotations), [FULL_NAME]: name } };
  });
  return { images, index: manifests.some((descriptor, at) => descriptor !== given[at]) ? JSON.stringify({ ...index, manifests }) : undefined };
}

function nameIn(annotations: Fields): string | undefined {
  const full = annotations[FULL_NAME];
  if (isImageName(full)) return canonicalName(full);
  const reference = annotations[REFERENCE_NAME];
  // A tag alone does not tell the image.
  return isImageName(reference) && /[/:@]/.test(reference) ? canonicalName(reference) : undefined;
}

/** What no registry could serve would be refused by the nodes, with less to say about it. */
function isImageName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_NAME && /^[A-Za-z0-9][\w.:@/-]*$/.test(value) && !value.includes('..');
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : {};
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
