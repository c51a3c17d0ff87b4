import type { EngineContext } from '../engine.js';
import { networkName } from '../nodes/names.js';
import type { HostDescription } from '../provider/host-description.js';
import { withoutPulling } from '../provider/without-pulling.js';
import { observeForCreate } from './create-facts.js';
import { customizationOf, requirePatchable } from './customization.js';
import { planCreate, type CreateFacts } from './create-plan.js';
import type { ClusterPlan } from './operations.js';
import type { CreateOptions } from './options.js';
import { validateCreateOptions } from './validate-options.js';

/** What a create would do. Holds no secret: there is none yet. */
export interface CreatePreview {
  readonly dryRun: true;
  readonly name: string;
  readonly workers: number;
  readonly network: string;
  readonly image: string;
  readonly kubernetesVersion: string;
  readonly runtime: string;
  readonly cni: string;
  readonly plan: ClusterPlan;
}

/** Looks at the host as create does, makes nothing, and tells the plan. @throws KindboxError for all that create refuses. */
export async function previewCluster(context: EngineContext, options: CreateOptions): Promise<CreatePreview> {
  const { wish, facts } = await lookOnly(context, options);
  return {
    dryRun: true,
    name: wish.name,
    workers: wish.numWorkers,
    network: wish.network ?? networkName(wish.name),
    image: facts.image.reference,
    kubernetesVersion: facts.image.kubernetesVersion,
    runtime: wish.runtime,
    cni: facts.cni.name,
    plan: planCreate(wish, facts),
  };
}

/** All that create observes and decides before it plans. */
export async function lookOnly(context: EngineContext, options: CreateOptions): Promise<{ wish: CreateOptions; host: HostDescription; facts: CreateFacts }> {
  const wish = validateCreateOptions(options);
  const customization = await customizationOf(wish);
  const { host, facts } = await observeForCreate({ ...context, provider: withoutPulling(context.provider) }, wish);
  requirePatchable(customization, facts);
  return { wish, host, facts: { ...facts, customized: customization.record !== undefined } };
}
