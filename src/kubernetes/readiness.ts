import { KindboxError } from '../errors/index.js';
import type { ApiClient } from './api-client.js';
import { ApiError, ApiUnreachable } from './api-error.js';
import { pause, POLL_MS, seconds, withDeadline } from './wait.js';

/** Answered with 200 once all start-up hooks have run. */
export const READYZ = '/readyz';
/** Answered with 200 once we are authorised and namespaced objects of Kubernetes' own are accepted; often before READYZ. */
export const SYSTEM_NAMESPACE = '/api/v1/namespaces/kube-system';

/** Bounds the first probe: a server that took the connection and fell silent is asked again over a new one, and given twice the time. */
const PROBE_MS = 10_000;

/**
 * Waits until the API server answers `path` with success.
 * The tunnel program itself waits for the port to listen, so this costs one exec, and one request each POLL_MS after that.
 */
export async function awaitApiReady(api: Pick<ApiClient, 'request'>, timeoutMs: number, signal: AbortSignal, path: string = READYZ): Promise<void> {
  let last = 'it never answered';
  let probeMs = PROBE_MS;
  await withDeadline(timeoutMs, signal, async (limited) => {
    for (;;) {
      try {
        await api.request('GET', path, { signal: limited, timeoutMs: Math.min(probeMs, timeoutMs), rejectBusy: true });
        return;
      } catch (error) {
        if (!mayPass(error)) throw error;
        last = explain(error);
        if (error instanceof KindboxError && error.reason === 'timeout') probeMs *= 2;
      }
      await pause(POLL_MS, limited);
    }
  }, () => new KindboxError(`The API server was not ready within ${seconds(timeoutMs)}`, { reason: 'timeout', because: last }));
}

function mayPass(error: unknown): error is Error {
  // 401, 403 and 404 are what a server answers whose roles and namespaces are being made.
  if (error instanceof ApiError || error instanceof ApiUnreachable) return true;
  return error instanceof KindboxError && error.reason === 'timeout';
}

function explain(error: Error): string {
  if (error instanceof ApiUnreachable) return error.because ?? error.message;
  if (!(error instanceof ApiError)) return error.message;
  const failing = [...error.message.matchAll(/^\[-\](\S+)/gm)].map(([, check]) => check);
  return failing.length > 0 ? `these of its checks fail: ${failing.join(', ')}` : `${error.message} (HTTP ${error.status})`;
}
