import type { ApiClient } from '../kubernetes/api-client.js';
import type { ClusterSession } from './session.js';

/** Milliseconds that putting things right after a failure may take. */
export const CLEAN_UP_MS = 15_000;

/** Puts things right through the API server when a run has failed: with a client and a time of its own, as the run's are over. */
export async function cleanUpThroughApi(session: ClusterSession, work: (api: ApiClient, signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_MS);
  const api = session.openCleanUpApi(signal);
  try {
    await work(api, signal);
  } finally {
    await api.close().catch(() => undefined);
  }
}
