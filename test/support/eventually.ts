import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats `attempt` until it neither throws nor fails an expectation; its last failure is the test's.
 * For what Kubernetes does in its own time. The bound only ends a test that would never pass.
 */
export async function eventually<T>(attempt: () => Promise<T>, withinMs = 120_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(300);
    }
  }
}
