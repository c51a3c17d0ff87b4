import type { EngineContext } from '../engine.js';
import { executePlan, type PlanOutcome } from '../plan/execute.js';
import { handlersFor } from './handlers/index.js';
import type { ClusterPlan } from './operations.js';
import { rollBack } from './rollback.js';
import type { ClusterSession } from './session.js';

export interface RunSettings {
  /** Asked when the run fails: whether what was made is kept. */
  readonly retain?: () => boolean | Promise<boolean>;
  /** The plan makes nothing: there is nothing to be undone. */
  readonly makesNothing?: boolean;
  /** Puts right inside the cluster what a failed run leaves there, where it is kept. */
  readonly onRetain?: () => Promise<void>;
  /** Puts right inside the cluster what a failed run leaves there, before its containers are removed. */
  readonly onFailure?: () => Promise<void>;
}

/** Executes a plan; when it fails or is cancelled, everything that the run made is removed, unless it is to be kept. */
export async function runPlan(context: EngineContext, session: ClusterSession, plan: ClusterPlan, settings: RunSettings): Promise<PlanOutcome> {
  try {
    return await executePlan(plan, handlersFor(session), context.emit, context.signal);
  } catch (error) {
    const { cluster, run } = session.settings;
    if (settings.makesNothing) throw error;
    if (await settings.retain?.() === true) {
      await settings.onRetain?.();
      context.emit({
        type: 'note', level: 'warning', at: Date.now(),
        message: `What was made is kept. Look at it with: kindbox logs ${cluster}, or docker exec -it ${session.settings.master} journalctl -u kubelet. Remove it with: kindbox destroy ${cluster}`,
      });
    } else {
      await settings.onFailure?.();
      await rollBack(context, { cluster, run });
    }
    throw error;
  } finally {
    await session.close().catch(() => undefined);
  }
}
