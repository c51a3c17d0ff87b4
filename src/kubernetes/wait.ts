import { setMaxListeners } from 'node:events';
import { CancelledError, KindboxError } from '../errors/index.js';

/** The one interval at which kindbox looks again at something that offers no watch. */
export const POLL_MS = 100;

class DeadlineReached extends Error {}

/** What a wait that was cut short by its signal rejects with. */
export function cancellation(signal: AbortSignal): Error {
  const { reason } = signal as { reason: unknown };
  return reason instanceof KindboxError || reason instanceof DeadlineReached ? reason : new CancelledError();
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancellation(signal);
}

/** Calls `listener` once when `signal` is aborted, at once if it is already; returns what stops listening. */
export function whenAborted(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  // A drain waits for many pods under one signal: Node 20 would print a warning about the eleventh listener.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => { signal.removeEventListener('abort', listener); };
}

/** Settles as `promise` does, or rejects as soon as `signal` is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = whenAborted(signal, () => { reject(cancellation(signal)); });
    promise.then(resolve, reject).finally(stop);
  });
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => { timer = setTimeout(resolve, ms); });
  try {
    await abortable(elapsed, signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs `work` with a signal that is aborted with `signal`, after `timeoutMs`, and when the work has ended.
 * Running out of time rejects with what `onTimeout` makes.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  onTimeout: () => Error | Promise<Error>,
): Promise<T> {
  const controller = new AbortController();
  const deadline = new DeadlineReached(`no result after ${timeoutMs} ms`);
  const stop = whenAborted(signal, () => { controller.abort(signal.reason); });
  const timer = setTimeout(() => { controller.abort(deadline); }, timeoutMs);
  try {
    throwIfAborted(controller.signal);
    return await work(controller.signal);
  } catch (error) {
    if (error === deadline) throw await onTimeout();
    throw error;
  } finally {
    clearTimeout(timer);
    stop();
    controller.abort();
  }
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
