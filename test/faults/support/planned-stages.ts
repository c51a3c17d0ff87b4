import { Kindbox } from '../../support/kindbox.js';

interface Preview {
  readonly plan: { readonly operations: readonly { readonly kind: string }[] };
}

/** The stages of a create with these options, as the engine publishes them: a new one is covered without anyone remembering. */
export async function plannedStages(argv: readonly string[]): Promise<string[]> {
  const kindbox = await Kindbox.inNewHome();
  try {
    const { plan } = await kindbox.json<Preview>(['create', '--dry-run', ...argv]);
    return [...new Set(plan.operations.map(({ kind }) => kind))];
  } finally {
    await kindbox.removeHome();
  }
}
