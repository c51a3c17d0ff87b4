import type { EngineContext } from '../engine.js';
import { withoutPulling } from '../provider/without-pulling.js';
import { planCreate } from './create-plan.js';
import type { ClusterPlan } from './operations.js';
import type { CreateOptions } from './options.js';
import { choicesOf, prepareCreate, type CreateChoices, type PreparedCreate } from './prepare-create.js';

/** What a create would do. Holds no secret: there is none yet. */
export interface CreatePreview extends CreateChoices {
  readonly dryRun: true;
  readonly plan: ClusterPlan;
}

/** Looks at the host as create does, makes nothing, and tells the plan. @throws KindboxError for all that create refuses. */
export async function previewCluster(context: EngineContext, options: CreateOptions): Promise<CreatePreview> {
  const { wish, facts } = await lookOnly(context, options);
  return { dryRun: true, ...choicesOf(wish, facts), plan: planCreate(wish, facts) };
}

/** All that create observes and decides before it plans. Not even an image is pulled. */
export function lookOnly(context: EngineContext, options: CreateOptions): Promise<PreparedCreate> {
  return prepareCreate({ ...context, provider: withoutPulling(context.provider) }, options);
}
