import { createHash, randomBytes } from 'node:crypto';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import { IMAGE_LABELS } from '../../nodes/labels.js';
import { executePlan } from '../../plan/execute.js';
import type { NodeImage } from '../../provider/types.js';
import { chooseImage, type ChosenImage } from '../../cluster/node-image.js';
import { commitUndoably } from '../build/undoable-commit.js';
import { Workshop } from '../build/workshop.js';
import { Fanout } from '../pods/fanout.js';
import type { ReportedImage } from '../pods/layout-report.js';
import { findPodImages, openSource, readArchives, sizeOf, type ImageSource } from '../pods/sources.js';
import { nodeCommit, requireShared, Workbench } from '../pods/workbench.js';
import { validatePreloadOptions, type PreloadContext, type PreloadOptions, type PreloadResult } from './options.js';
import { planPreload } from './plan.js';

export type { PreloadContext, PreloadOptions, PreloadResult } from './options.js';

/**
 * Makes a node image that holds images of pods, in the layout that all nodes share. Whatever ends the run early, neither
 * a container nor a half-made image is left, and an image that had the name has it still.
 * @throws KindboxError usage, image, host; CancelledError.
 */
export async function preloadNodeImage(context: PreloadContext, options: PreloadOptions): Promise<PreloadResult> {
  const startedAt = Date.now();
  const wish = validatePreloadOptions(options);
  const { builder, emit, signal } = context;
  const host = await context.provider.describeHost(signal);
  const platform = `linux/${host.architecture}`;
  const [base, images, archives, named] = await Promise.all([
    baseImage(context, host, wish), findPodImages(context, wish.images, host.architecture), readArchives(wish.archives, signal), builder.findImage(wish.tag, signal),
  ]);
  const sources: ImageSource[] = [
    ...(images.length === 0 ? [] : [{ kind: 'engine' as const, images }]),
    ...archives.map((archive) => ({ kind: 'archive' as const, archive, images: archive.images })),
  ];
  const names = sources.flatMap((source) => source.images.map(({ name }) => name));
  emit({
    type: 'summary', at: startedAt, title: `Preloading images into the node image ${wish.tag} ...`,
    settings: [['Kubernetes', base.kubernetesVersion], ['Base', base.reference], ['Images', names.join(', ')]],
  });

  const workshop = new Workshop(builder, emit);
  const workbench = new Workbench(context, workshop, randomBytes(6).toString('hex'));
  const product: { image?: NodeImage; layout?: readonly ReportedImage[] } = {};
  try {
    await executePlan(planPreload({ tag: wish.tag, base: base.reference, baseId: base.image.id, sources, named }), {
      'start-container': (_operation, run) => workbench.start(base.image.id, run.signal),
      'import-images': async ({ source }, run) => {
        const total = sizeOf(source);
        const archive = new Fanout(1, () => openSource(context, source, platform, run.signal));
        await workbench.preload(['-'], run.signal, archive.join((sum) => run.progress('importing', Math.min(sum, total), total)));
      },
      'check-layout': async (operation, run) => {
        product.layout = await workbench.layout(run.signal);
        requireShared(product.layout, operation.names);
        await workbench.seal(run.signal);
      },
      commit: async ({ replaces }, run) => {
        throwIfCancelled(run.signal);
        const spec = nodeCommit(wish.tag, base.kubernetesVersion, hashOf(base.image, product.layout ?? []), base.cri);
        product.image = await commitUndoably(builder, workbench.container, spec, replaces, run.signal);
      },
      'remove-image': async ({ imageId }, run) => {
        await builder.removeImage(imageId).catch(() => run.progress('still in use, so it stays'));
      },
    }, emit, signal);
  } finally {
    await workshop.clear();
  }
  if (product.image === undefined) throw new Error('the preload ended without an image: the plan is wrong');
  return {
    image: wish.tag, id: product.image.id, base: base.reference, kubernetesVersion: base.kubernetesVersion,
    preloaded: (product.layout ?? []).filter(({ name }) => names.includes(name)),
    sizeBytes: product.image.size, durationMs: Date.now() - startedAt,
  };
}

async function baseImage(
  context: PreloadContext, host: Parameters<typeof chooseImage>[1], wish: PreloadOptions,
): Promise<ChosenImage & { image: NodeImage }> {
  const chosen = await chooseImage(context, host, { image: wish.base, kubernetesVersion: wish.kubernetesVersion });
  const image = await context.provider.findImage(chosen.reference, context.signal);
  if (image === undefined) throw new KindboxError(`The image ${chosen.reference} is gone`, { reason: 'image', because: 'Somebody removed it meanwhile.' });
  if (image.labels[IMAGE_LABELS.layout] !== 'shared') {
    throw new KindboxError(`Images cannot be preloaded into ${chosen.reference}`, {
      reason: 'image', because: 'It keeps its images in the ordinary layout, of which every node has a copy.', next: ['kindbox image build'],
    });
  }
  return { ...chosen, image };
}

function hashOf(base: NodeImage, layout: readonly ReportedImage[]): string {
  const images = layout.map(({ name, digest }) => `${name} ${digest}`).sort();
  return createHash('sha256').update([base.labels[IMAGE_LABELS.contentHash] ?? base.id, ...images].join('\n')).digest('hex');
}
