import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineContext } from '../engine.js';
import type { OwnedFilter } from '../provider/types.js';
import { messageOf } from '../errors/index.js';

/** Long enough for a busy daemon; a rollback has no caller that could cancel it: a second Ctrl-C ends the process. */
const LISTING_TIMEOUT_MS = 60_000;
/** Milliseconds before each further look at what is left: a call may fail, and one whose answer was lost may still make something. */
const PAUSES_MS = [0, 250, 1000];

/**
 * Removes everything that carries the label of a run, found by asking the engine and not from memory: what was
 * made while the run was being cancelled is found too. Never rejects; what could not be removed is warned of.
 */
export async function rollBack(context: EngineContext, filter: OwnedFilter & { readonly run: string }): Promise<void> {
  const { emit } = context;
  const signal = AbortSignal.timeout(LISTING_TIMEOUT_MS);
  const startedAt = Date.now();
  const step = { type: 'step', id: 'rollback', stage: 'rollback', title: 'Undoing what this run made ...' } as const;
  emit({ ...step, status: 'running', at: startedAt });

  let { found, problems } = await removeAll(context, filter, signal);
  let looks = 1;
  for (const pause of PAUSES_MS) {
    if (signal.aborted || (found === 0 && problems.length === 0)) break;
    await sleep(pause);
    ({ found, problems } = await removeAll(context, filter, signal));
    looks += 1;
  }

  if (found > 0 && looks > PAUSES_MS.length && problems.length === 0) problems.push('objects of this run, which Docker says are removed, are there again each time');

  const at = Date.now();
  emit({ ...step, status: problems.length === 0 ? 'done' : 'failed', at, durationMs: at - startedAt });
  for (const problem of problems) emit({ type: 'note', level: 'warning', message: `Not removed: ${problem}`, at });
}

async function removeAll({ provider }: EngineContext, filter: OwnedFilter, signal: AbortSignal): Promise<{ found: number; problems: string[] }> {
  const problems: string[] = [];
  let found = 0;
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try { await work(); } catch (error) { problems.push(`${what}: ${messageOf(error)}`); }
  };
  const each = async <T>(objects: readonly T[], name: (object: T) => string, remove: (object: T) => Promise<unknown>): Promise<void> => {
    found += objects.length;
    await Promise.all(objects.map((object) => attempt(name(object), () => remove(object))));
  };

  await attempt('nodes', async () => each(await provider.listNodes(filter, signal), ({ name }) => name, ({ id }) => provider.removeNode(id)));
  await Promise.all([
    attempt('networks', async () => each(await provider.listNetworks(filter, signal), ({ name }) => name, async ({ id, name }) => {
      if (await provider.removeNetwork(id) === 'in-use') problems.push(`${name}: containers that are not ours use it`);
    })),
    attempt('volumes', async () => each(await provider.listVolumes(filter, signal), ({ id }) => id, ({ id }) => provider.removeVolume(id))),
  ]);
  return { found, problems };
}
