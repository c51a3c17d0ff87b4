import os from 'node:os';
import path from 'node:path';
import type { EngineContext } from '../engine.js';
import { CancelledError, KindboxError, messageOf } from '../errors/index.js';
import { ensureFolder } from '../files/folder.js';
import { byRoleAndIndex } from '../cluster/observe.js';
import { patience } from '../cluster/patience.js';
import { bundleName } from './index.js';
import { collectBundle } from './collect.js';

/** Milliseconds, on a machine that is not slow. The rollback waits for it. */
const TIME_LIMIT = 10_000;

/**
 * The logs of what a run made, before it is removed because the run failed; into a folder of the system's temporary
 * one. Never rejects, and never holds a rollback up for long: what is not had by then is told in the bundle's index.
 * @returns the folder, or undefined when there is no node to ask, the run was interrupted, or nothing could be written.
 */
export async function bundleBeforeRollback(context: EngineContext, cluster: string, run: string, known: readonly string[], waitMs = 0): Promise<string | undefined> {
  const { provider, signal, emit, environment } = context;
  if (signal.aborted) return undefined;
  const startedAt = Date.now();
  const step = { type: 'step', id: 'export-logs', stage: 'export-logs', title: 'Keeping the logs of what failed ...' } as const;
  const deadline = AbortSignal.timeout(Math.ceil(TIME_LIMIT * patience(waitMs)));
  try {
    const soon = AbortSignal.any([signal, deadline]);
    const [nodes, networks, volumes] = await Promise.all([
      provider.listNodes({ cluster, run }, soon), provider.listNetworks({ cluster, run }, soon), provider.listVolumes({ cluster, run }, soon),
    ]);
    if (nodes.length === 0) return undefined;
    emit({ ...step, status: 'running', at: startedAt });
    const parent = environment['TMPDIR'] || os.tmpdir();
    await ensureFolder(parent);
    const { folder } = await collectBundle({ name: cluster, nodes: [...nodes].sort(byRoleAndIndex), networks, volumes },
      path.join(parent, `${bundleName(cluster, startedAt)}-${run}`), { provider, signal, deadline, known, environment });
    emit({ ...step, status: 'done', at: Date.now(), durationMs: Date.now() - startedAt });
    return folder;
  } catch (error) {
    emit({ ...step, status: error instanceof CancelledError ? 'cancelled' : 'failed', at: Date.now(), durationMs: Date.now() - startedAt, detail: messageOf(error) });
    return undefined;
  }
}

/** The same failure, which says where the logs are. */
export function withBundle(error: unknown, folder: string | undefined): unknown {
  if (folder === undefined || !(error instanceof KindboxError)) return error;
  return error.with({ next: [`Read the logs of its nodes, which are kept in ${folder}`, ...error.next] });
}
