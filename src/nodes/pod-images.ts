import { KindboxError } from '../errors/index.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ObservedNode } from '../provider/types.js';
import { containerRuntime } from './container-runtime.js';
import { LABELS } from './labels.js';
import { execWhileRunning, tail } from './node-failure.js';

/** Names of the pod images that a node has, as its container runtime tells them. */
export async function podImages(provider: NodeProvider, node: ObservedNode, signal: AbortSignal): Promise<Set<string>> {
  const { title, listImages } = containerRuntime(node.labels[LABELS.cri]);
  const result = await provider.exec(node.id, listImages, { signal });
  if (result.exitCode === 0) return new Set(result.stdout.split('\n').filter((name) => name !== ''));
  throw new KindboxError(`${title} on ${node.name} does not tell its images`, { reason: 'cluster', logTail: tail(result.stderr), next: ['kindbox list'] });
}

/** Copies pod images from one node to another, through this process but not onto its disk. @throws KindboxError cluster. */
export async function copyPodImages(provider: NodeProvider, from: ObservedNode, to: ObservedNode, names: readonly string[], signal: AbortSignal): Promise<void> {
  const archive = await provider.openStream(from.id, [...containerRuntime(from.labels[LABELS.cri]).exportImages, ...names], signal);
  try {
    const result = await execWhileRunning(provider, to, containerRuntime(to.labels[LABELS.cri]).importImages, { signal, stdin: archive });
    if (result.exitCode === 0) return;
    throw new KindboxError(`${to.name} did not take the images of ${from.name}`, { reason: 'cluster', logTail: tail(result.stderr), next: ['kindbox list'] });
  } finally {
    archive.destroy();
  }
}
