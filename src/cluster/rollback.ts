import type { EngineContext } from '../engine.js';
import type { OwnedFilter } from '../provider/types.js';

/** Long enough for a busy daemon; a rollback has no caller that could cancel it: a second Ctrl-C ends the process. */
const LISTING_TIMEOUT_MS = 60_000;

/**
 * Removes everything that carries the label of a run, found by asking the engine and not from memory: what was
 * made while the run was being cancelled is found too. Never rejects; what could not be removed is warned of.
 */
export async function rollBack(context: EngineContext, filter: OwnedFilter & { readonly run: string }): Promise<void> {
  const { provider, emit } = context;
  const signal = AbortSignal.timeout(LISTING_TIMEOUT_MS);
  const startedAt = Date.now();
  const step = { type: 'step', id: 'rollback', stage: 'rollback', title: 'Undoing what this run made ...' } as const;
  emit({ ...step, status: 'running', at: startedAt });
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try { await work(); } catch (error) { problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`); }
  };

  await attempt('nodes', async () => {
    const nodes = await provider.listNodes(filter, signal);
    await Promise.all(nodes.map((node) => attempt(node.name, () => provider.removeNode(node.id))));
  });
  await Promise.all([
    attempt('networks', async () => {
      const networks = await provider.listNetworks(filter, signal);
      await Promise.all(networks.map((network) => attempt(network.name, async () => {
        if (await provider.removeNetwork(network.id) === 'in-use') problems.push(`${network.name}: containers that are not ours use it`);
      })));
    }),
    attempt('volumes', async () => {
      const volumes = await provider.listVolumes(filter, signal);
      await Promise.all(volumes.map((volume) => attempt(volume.id, () => provider.removeVolume(volume.id))));
    }),
  ]);

  const at = Date.now();
  emit({ ...step, status: problems.length === 0 ? 'done' : 'failed', at, durationMs: at - startedAt });
  for (const problem of problems) emit({ type: 'note', level: 'warning', message: `Not removed: ${problem}`, at });
}
