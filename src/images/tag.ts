import { validateImageReference } from '../cluster/validate.js';
import { KindboxError } from '../errors/index.js';
import { splitReference } from './references.js';

/** Of a name that an image is to be given. @returns it with its tag. @throws KindboxError usage. */
export function validateTag(name: string): string {
  validateImageReference(name);
  const { repository, tag, digest } = splitReference(name);
  if (digest !== undefined) {
    throw new KindboxError(`An image cannot be given the name "${name}"`, {
      reason: 'usage', because: 'A digest follows from what is in the image; a tag can be chosen.',
    });
  }
  return `${repository}:${tag ?? 'latest'}`;
}
