import { throwIfCancelled } from '../../errors/index.js';
import { executePlan } from '../../plan/execute.js';
import { nodeImageFolder, supportedKubernetesVersions } from '../references.js';
import { buildHandlers, type BuildProduct } from './handlers.js';
import { proxyOutOfReach } from './host-environment.js';
import { inputsOf } from './names.js';
import { observe } from './observe.js';
import { toResult, validateBuildOptions, type BuildContext, type BuildOptions, type BuildResult } from './options.js';
import { planBuild } from './plan.js';
import { readVariantTree } from './variants.js';
import { Workshop } from './workshop.js';

export { BUILD_TARGETS, IMAGE_LAYOUTS, type BuildTarget, type ImageLayout } from './variants.js';
export type { BuildContext, BuildOptions, BuildOrigin, BuildResult } from './options.js';

/** Builds a node image, or finds that it is there already. */
export async function buildNodeImage(context: BuildContext, options: BuildOptions): Promise<BuildResult> {
  const startedAt = Date.now();
  const { builder, emit, signal } = context;
  const folder = context.folder ?? nodeImageFolder();
  const pinned = await supportedKubernetesVersions(folder);
  const request = validateBuildOptions(options, pinned, context.environment);
  throwIfCancelled(signal);

  const { architecture } = await context.provider.describeHost(signal);
  const inputs = inputsOf(await readVariantTree(folder, request), request, architecture);
  const { contentHash } = inputs;
  const snapshot = await observe(context, inputs);
  const plan = planBuild(inputs, snapshot);
  const cached = snapshot.sameContent !== undefined && !request.force;
  emit({
    type: 'summary',
    title: cached ? `The node image ${request.reference} exists already` : `Building the node image ${request.reference} ...`,
    settings: [['Kubernetes', request.kubernetesVersion], ['Base', request.base], ['From', request.from], ['Content', contentHash.slice(0, 12)]],
    at: startedAt,
  });
  if (!cached && !pinned.includes(request.kubernetesVersion)) {
    emit({
      type: 'note', level: 'info', at: Date.now(),
      message: `Kubernetes ${request.kubernetesVersion} is not one of the versions that this kindbox was tried with (${pinned.join(', ')}).`,
    });
  }
  if (!cached && proxyOutOfReach(context.environment)) {
    emit({
      type: 'note', level: 'warning', at: Date.now(),
      message: 'The proxy of this environment listens on localhost, where the containers of the build cannot reach it.',
    });
  }

  const product: BuildProduct = cached ? { image: snapshot.sameContent } : {};
  const workshop = new Workshop(builder, emit);
  try {
    await executePlan(plan, buildHandlers(context, inputs, workshop, product), emit, signal);
  } finally {
    await workshop.clear();
  }
  if (product.image === undefined) throw new Error('the build ended without an image: the plan is wrong');
  return toResult(product.image, request, { contentHash, cached, startedAt });
}
