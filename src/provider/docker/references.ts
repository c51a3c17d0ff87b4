/** The parts of an image reference, as the API and registries want them. */
export interface ImageReference {
  /** What the user wrote, without tag and digest. */
  readonly repository: string;
  /** A tag, or a digest `sha256:...`; `latest` when the reference has neither. */
  readonly tag: string;
  /** Key of the registry's credentials in the docker CLI's config.json. */
  readonly registry: string;
}

/** Docker Hub has kept the address of its first API as the key of its credentials. */
export const DOCKER_HUB = 'https://index.docker.io/v1/';

export function parseReference(reference: string): ImageReference {
  const [name = '', digest] = reference.split('@', 2);
  const colon = name.lastIndexOf(':');
  // A colon before a slash belongs to the registry's port.
  const tagged = colon > name.lastIndexOf('/');
  const repository = tagged ? name.slice(0, colon) : name;
  return { repository, tag: digest ?? (tagged ? name.slice(colon + 1) : 'latest'), registry: registryOf(repository) };
}

function registryOf(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  const namesHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return !namesHost || first === 'docker.io' || first === 'index.docker.io' ? DOCKER_HUB : first;
}
