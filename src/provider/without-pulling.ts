import { KindboxError } from '../errors/index.js';
import type { NodeProvider } from './provider.js';

/** A provider for those who only look: an image that the host does not have stays away. */
export function withoutPulling(provider: NodeProvider): NodeProvider {
  const pullImage = (reference: string): Promise<never> => Promise.reject(
    new KindboxError(`${reference} is not on this host, and only a creation would pull it`, { reason: 'image', next: [`docker pull ${reference}`] }));
  return Object.assign(Object.create(provider) as NodeProvider, { pullImage });
}
