import { randomBytes } from 'node:crypto';
import type { EngineContext } from '../../engine.js';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import { IMAGE_LABELS, LABELS } from '../../nodes/labels.js';
import { executePlan } from '../../plan/execute.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { StandaloneNodes } from '../../provider/standalone.js';
import type { NodeImage } from '../../provider/types.js';
import { commitUndoably } from '../build/undoable-commit.js';
import { Workshop } from '../build/workshop.js';
import type { ReportedImage } from '../pods/layout-report.js';
import { nodeCommit, requireShared, Workbench } from '../pods/workbench.js';
import { validateTag } from '../tag.js';
import { findCommittable, type CommittableNode } from './committable.js';
import { planCommit } from './plan.js';

export type CommitContext = EngineContext & { readonly builder: ImageBuilder; readonly standalone: StandaloneNodes };

export interface CommitOptions {
  /** Name or id of the node's container. */
  readonly node: string;
  readonly tag: string;
  /** Remove the node when the image is made. */
  readonly remove: boolean;
}

export interface CommitResult {
  readonly image: string;
  readonly id: string;
  readonly node: string;
  readonly kubernetesVersion: string;
  /** The images of pods that the node had beyond those of its own image. */
  readonly preloaded: readonly ReportedImage[];
  readonly sizeBytes: number;
  readonly removed: boolean;
  readonly durationMs: number;
}

const CONTAINERD = 'containerd.service';

/**
 * Makes a node image of a running node that belongs to no cluster. What was pulled or loaded into it comes along, in the
 * layout that all nodes share. The node runs on; only its containerd pauses for a moment.
 * @throws KindboxError usage, notFound, cluster, image; CancelledError. The image has not changed then.
 */
export async function commitNode(context: CommitContext, options: CommitOptions): Promise<CommitResult> {
  const startedAt = Date.now();
  const tag = validateTag(options.tag);
  const { builder, provider, emit, signal } = context;
  const node = await findCommittable(context, options.node);
  if (options.remove && node.labels[LABELS.standalone] !== 'true') {
    throw new KindboxError(`${node.name} was not started by kindbox`, { reason: 'conflict', because: 'kindbox removes only what it made.', next: ['Leave --rm out'] });
  }
  const named = await builder.findImage(tag, signal);
  emit({
    type: 'summary', at: startedAt, title: `Making the node image ${tag} of ${node.name} ...`,
    settings: [['Kubernetes', node.kubernetesVersion], ['Made of', node.image]],
  });

  const workshop = new Workshop(builder, emit);
  const workbench = new Workbench(context, workshop, randomBytes(6).toString('hex'));
  const product: { snapshot?: NodeImage; image?: NodeImage; before?: readonly ReportedImage[]; layout?: readonly ReportedImage[] } = {};
  try {
    await executePlan(planCommit({ tag, node, named, remove: options.remove }), {
      snapshot: async (_operation, run) => {
        product.snapshot = await snapshot(context, node, workshop, run.signal);
      },
      'start-container': (_operation, run) => workbench.start(product.snapshot?.id ?? '', run.signal),
      'share-images': async (_operation, run) => {
        product.before = await workbench.layout(run.signal);
        await workbench.preload(['--loaded'], run.signal);
        product.layout = await workbench.layout(run.signal);
        requireShared(product.layout, product.layout.map(({ name }) => name));
        await workbench.seal(run.signal);
      },
      commit: async ({ replaces }, run) => {
        throwIfCancelled(run.signal);
        product.image = await commitUndoably(builder, workbench.container, nodeCommit(tag, node.kubernetesVersion, ''), replaces, run.signal);
        // It is a layer of the new one, and goes with that.
        if (product.snapshot !== undefined) workshop.keepImage(product.snapshot.id);
      },
      'remove-image': async ({ imageId }, run) => {
        await builder.removeImage(imageId).catch(() => run.progress('still in use, so it stays'));
      },
      'remove-node': async ({ nodeId }) => provider.removeNode(nodeId),
    }, emit, signal);
  } finally {
    await workshop.clear();
  }
  if (product.image === undefined) throw new Error('the commit ended without an image: the plan is wrong');
  const ordinary = new Set((product.before ?? []).filter(({ tree }) => tree === null).map(({ name }) => name));
  return {
    image: tag, id: product.image.id, node: node.name, kubernetesVersion: node.kubernetesVersion,
    preloaded: (product.layout ?? []).filter(({ name }) => ordinary.has(name)),
    sizeBytes: product.image.size, removed: options.remove, durationMs: Date.now() - startedAt,
  };
}

/** With containerd stopped, its database is whole. It runs again whatever happens. */
async function snapshot({ builder, provider }: CommitContext, node: CommittableNode, workshop: Workshop, signal: AbortSignal): Promise<NodeImage> {
  const uninterrupted = new AbortController().signal;
  await systemctl(provider, node, 'stop', signal);
  try {
    throwIfCancelled(signal);
    const { reference: _, ...spec } = nodeCommit('unnamed', node.kubernetesVersion, '');
    // Emptied, or every node of the image would count as one of no cluster.
    const labels = { ...spec.labels, [LABELS.standalone]: '', [IMAGE_LABELS.layout]: 'shared' };
    const image = await builder.commit(node.id, { ...spec, labels }, uninterrupted);
    workshop.holdImage(image.id);
    throwIfCancelled(signal);
    return image;
  } finally {
    await systemctl(provider, node, 'start', uninterrupted);
  }
}

async function systemctl(provider: CommitContext['provider'], node: CommittableNode, verb: 'stop' | 'start', signal: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await provider.exec(node.id, ['systemctl', verb, CONTAINERD], { signal, timeoutMs: 60_000 });
  if (exitCode === 0) return;
  throw new KindboxError(`containerd did not ${verb} on ${node.name}`, { reason: 'cluster', logTail: stderr, next: [`docker exec ${node.name} systemctl status containerd`] });
}
