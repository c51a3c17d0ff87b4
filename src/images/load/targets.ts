import { KindboxError } from '../../errors/index.js';
import { noSuchCluster, observeClusters, type ObservedCluster } from '../../cluster/observe.js';
import { criOf, type CriName } from '../../nodes/container-runtime.js';
import { IMAGE_LABELS, LABELS } from '../../nodes/labels.js';
import type { LoadContext, LoadOptions } from './options.js';

/** A running node that gets images. */
export interface TargetNode {
  readonly id: string;
  readonly name: string;
  readonly cri: CriName;
}

/**
 * The nodes that the user means. @throws KindboxError usage, notFound; cluster, when one of them does not run: an image
 * that is missing on one node fails pods much later.
 */
export async function findTargets(context: LoadContext, options: Pick<LoadOptions, 'cluster' | 'nodes'>): Promise<TargetNode[]> {
  const clusters = await observeClusters(context.provider, context.signal, options.cluster);
  const candidates = options.cluster !== undefined || options.nodes.length === 0
    ? nodesOf(chooseCluster(clusters, options.cluster))
    : [...[...clusters.values()].flatMap(nodesOf), ...await standaloneNodes(context)];
  const chosen = options.nodes.length === 0 ? candidates : options.nodes.map((name) => named(candidates, name, options.cluster));
  const stopped = chosen.filter(({ running }) => !running);
  if (stopped.length === 0) return chosen.map(({ id, name, cri }) => ({ id, name, cri }));
  throw new KindboxError(`Not running: ${stopped.map(({ name }) => name).join(', ')}`, {
    reason: 'cluster', because: 'Images are put into its container runtime, which must run for that.',
    next: [`docker start ${stopped.map(({ name }) => name).join(' ')}`, 'Or name the nodes that run with --nodes'],
  });
}

interface Candidate extends TargetNode {
  readonly running: boolean;
}

function chooseCluster(clusters: ReadonlyMap<string, ObservedCluster>, name: string | undefined): ObservedCluster {
  if (name !== undefined) {
    const cluster = clusters.get(name);
    if (cluster === undefined || cluster.nodes.length === 0) throw noSuchCluster(name);
    return cluster;
  }
  const [only, ...others] = [...clusters.values()].filter(({ nodes }) => nodes.length > 0);
  if (only === undefined) throw new KindboxError('There is no cluster to load images into', { reason: 'notFound', next: ['kindbox list', 'kindbox create NAME'] });
  if (others.length > 0) {
    throw new KindboxError('Which cluster are the images for?', {
      reason: 'usage', because: `There are ${others.length + 1}.`, next: [only, ...others].map((cluster) => `Add --cluster=${cluster.name}`),
    });
  }
  return only;
}

function nodesOf({ nodes }: ObservedCluster): Candidate[] {
  return nodes.map(({ id, name, state, labels }) => ({ id, name, cri: criOf(labels[LABELS.cri]), running: state === 'running' }));
}

async function standaloneNodes({ standalone, signal }: LoadContext): Promise<Candidate[]> {
  return (await standalone.listStandalone(signal)).map(({ id, name, running, labels }) => ({ id, name, cri: criOf(labels[IMAGE_LABELS.cri]), running }));
}

function named(candidates: readonly Candidate[], name: string, cluster: string | undefined): Candidate {
  const node = candidates.find((candidate) => candidate.name === name);
  if (node !== undefined) return node;
  throw new KindboxError(`There is no node ${name}${cluster === undefined ? '' : ` in the cluster ${cluster}`}`, { reason: 'notFound', next: ['kindbox list -l'] });
}
