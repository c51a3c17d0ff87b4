import { KindboxError } from '../../errors/index.js';
import { describeHolder, type Holder, type Liveness } from './holder.js';

/** Another verb works on the cluster right now. */
export function busy(cluster: string, holder: Holder | undefined): KindboxError {
  return new KindboxError(`Another kindbox is at work on the cluster "${cluster}"`, {
    reason: 'conflict', because: holder === undefined ? 'It has not said who it is.' : `It is ${describeHolder(holder)}.`, next: ['Try again when it has ended', 'kindbox list'],
  });
}

/** There is the lock of a create, and perhaps a part of what it makes. */
export function beingCreated(cluster: string, holder: Holder | undefined, liveness: Liveness): KindboxError {
  if (liveness === 'dead') {
    return new KindboxError(`There is a part of a cluster named "${cluster}"`, {
      reason: 'conflict', because: `What created it was killed: ${describeHolder(holder)}.`, next: [`kindbox destroy ${cluster}`],
    });
  }
  return new KindboxError(`The cluster "${cluster}" is being created`, {
    reason: 'conflict',
    because: `By ${describeHolder(holder)}.`,
    next: [
      'Try again when it has ended, or choose another name',
      ...(liveness === 'alive' ? [] : ['If that process does not run any more, remove what it left:']), `kindbox destroy ${cluster}`,
    ],
  });
}

/** @param participle `created`, `resized` ... */
export function destroyedMeanwhile(cluster: string, participle: string): KindboxError {
  return new KindboxError(`The cluster "${cluster}" was destroyed by another kindbox while it was being ${participle}`, {
    reason: 'conflict', because: 'A destroy ends whatever is under way.', next: ['kindbox list'],
  });
}
