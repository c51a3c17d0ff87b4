import { KindboxError, messageOf, messageWithLog } from '../../errors/index.js';
import { executePlan, type PlanOutcome } from '../../plan/execute.js';
import { Fanout } from '../pods/fanout.js';
import { findPodImages, openSource, readArchives, sizeOf } from '../pods/sources.js';
import { importInto, imagesOf } from './store.js';
import { validateLoadOptions, type LoadContext, type LoadOptions, type LoadResult } from './options.js';
import { planLoad, type LoadFacts, type LoadOperation } from './plan.js';
import { findTargets } from './targets.js';

export type { LoadContext, LoadOptions, LoadResult } from './options.js';

/**
 * Puts images into running nodes, all at once; those that have them are left alone.
 * @throws KindboxError usage, image, notFound, cluster; partial, when only some nodes failed; CancelledError.
 */
export async function loadImages(context: LoadContext, options: LoadOptions): Promise<LoadResult> {
  const startedAt = Date.now();
  const wish = validateLoadOptions(options);
  const { provider, signal } = context;
  const [host, targets, archives] = await Promise.all([provider.describeHost(signal), findTargets(context, wish), readArchives(wish.archives, signal)]);
  const [images, nodes] = await Promise.all([
    findPodImages(context, wish.images, host.architecture),
    Promise.all(targets.map(async (node) => ({ ...node, images: await imagesOf(provider, node, signal) }))),
  ]);
  const facts: LoadFacts = { images, archives, nodes };
  const { operations, groups } = planLoad(facts);

  const platform = `linux/${host.architecture}`;
  const streams = new Map<number, Fanout>();
  // A stream that all its readers have left must not go on.
  const ended = new AbortController();
  const running = AbortSignal.any([signal, ended.signal]);
  const streamOf = ({ stream, source, readers }: LoadOperation): Fanout => {
    const fanout = streams.get(stream) ?? new Fanout(readers, () => openSource(context, source, platform, running));
    streams.set(stream, fanout);
    return fanout;
  };
  try {
    const outcome = await executePlan({ operations, groups }, {
      'load-images': async (operation, run) => {
        const total = sizeOf(operation.source);
        const archive = streamOf(operation).join((sum) => run.progress('importing', Math.min(sum, total), total));
        await importInto(provider, operation.node, archive, platform, run.signal);
      },
    }, context.emit, signal);
    requireNoFailures(operations, outcome);
  } finally {
    ended.abort();
  }
  return { nodes: nodes.map((node) => describe(node.name, facts, operations)), durationMs: Date.now() - startedAt };
}

function describe(name: string, { images, archives }: LoadFacts, operations: readonly LoadOperation[]): LoadResult['nodes'][number] {
  const wanted = [...images, ...archives.flatMap((archive) => archive.images)].map((image) => image.name);
  const loaded = operations.filter(({ node }) => node.name === name).flatMap(({ source }) => source.images.map((image) => image.name));
  return { name, loaded, present: wanted.filter((image) => !loaded.includes(image)) };
}

function requireNoFailures(operations: readonly LoadOperation[], { failures }: PlanOutcome): void {
  const failed = operations.filter(({ id }) => failures.has(id));
  const [first] = failed;
  if (first === undefined) return;
  const cause = failures.get(first.id);
  if (failed.length === operations.length && cause instanceof KindboxError) throw cause;
  const nodes = [...new Set(failed.map(({ node }) => node.name))];
  throw new KindboxError(`The images are not on ${nodes.join(', ')}`, {
    reason: 'partial', because: messageOf(cause),
    logTail: failed.map(({ id, node }) => `${node.name}: ${messageWithLog(failures.get(id))}`).join('\n'),
    next: ['Run the command again: nodes that have the images are left alone'],
  });
}
