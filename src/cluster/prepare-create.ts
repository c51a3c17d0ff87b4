import type { EngineContext } from '../engine.js';
import { networkName } from '../nodes/names.js';
import type { HostDescription } from '../provider/host-description.js';
import { observeForCreate } from './create-facts.js';
import type { CreateFacts } from './create-plan.js';
import { customizationOf, requirePatchable, type Customization } from './customization.js';
import type { CreateOptions, CreateResult } from './options.js';
import { validateCreateOptions } from './validate-options.js';

export interface PreparedCreate {
  readonly wish: CreateOptions;
  readonly customization: Customization;
  readonly host: HostDescription;
  readonly facts: CreateFacts;
}

/** All that a create checks, observes and decides before it plans, whether it is then carried out or only shown. @throws KindboxError. */
export async function prepareCreate(context: EngineContext, options: CreateOptions): Promise<PreparedCreate> {
  const wish = validateCreateOptions(options);
  const customization = await customizationOf(wish);
  const { host, facts } = await observeForCreate(context, wish);
  requirePatchable(customization, facts);
  return { wish, customization, host, facts: { ...facts, customized: customization.record !== undefined } };
}

export type CreateChoices = Pick<CreateResult, 'name' | 'workers' | 'network' | 'image' | 'kubernetesVersion' | 'runtime' | 'cni'>;

/** What a cluster is going to be, as results tell it. */
export function choicesOf(wish: CreateOptions, facts: CreateFacts): CreateChoices {
  return {
    name: wish.name,
    workers: wish.numWorkers,
    network: wish.network ?? networkName(wish.name),
    image: facts.image.reference,
    kubernetesVersion: facts.image.kubernetesVersion,
    runtime: wish.runtime,
    cni: facts.cni.name,
  };
}
