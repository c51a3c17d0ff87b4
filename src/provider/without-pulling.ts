import { KindboxError } from '../errors/index.js';
import type { NodeProvider } from './provider.js';

/** A provider for those who only look: an image that the host does not have stays away. */
export function withoutPulling(provider: NodeProvider): NodeProvider {
  const pullImage = (reference: string): Promise<never> => Promise.reject(
    new KindboxError('a command that only looks pulls nothing', { reason: 'image', next: [`docker pull ${reference}`] }));
  return Object.assign(Object.create(provider) as NodeProvider, { pullImage });
}
