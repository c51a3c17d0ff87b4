import { CancelledError } from '../../../src/errors/index.js';
import type { EngineEvent } from '../../../src/events/event.js';
import { executePlan, type Handlers } from '../../../src/plan/execute.js';
import type { Operation, Plan } from '../../../src/plan/operation.js';

type Step = Operation & { readonly kind: 'step' };

const step = (id: string, needs: string[] = [], more: Partial<Step> = {}): Step => ({ kind: 'step', id, group: 'g', title: id, needs, ...more });
const planOf = (...operations: Step[]): Plan<Step> => ({ groups: [{ id: 'g', title: 'Group' }], operations });
const tick = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

function recorder(failing: readonly string[] = []): { log: string[]; handlers: Handlers<Step> } {
  const log: string[] = [];
  return {
    log,
    handlers: {
      step: async ({ id }) => {
        log.push(`+${id}`);
        await tick();
        if (failing.includes(id)) throw new Error(`${id} broke`);
        log.push(`-${id}`);
      },
    },
  };
}

const run = (plan: Plan<Step>, handlers: Handlers<Step>, signal = new AbortController().signal, events: EngineEvent[] = []) =>
  executePlan(plan, handlers, (event) => { events.push(event); }, signal);

test('what needs nothing starts at once, what needs something waits for it', async () => {
  const { log, handlers } = recorder();
  await run(planOf(step('c', ['a', 'b']), step('a'), step('b')), handlers);
  expect(log).toEqual(['+a', '+b', '-a', '-b', '+c', '-c']);
});

test('a tolerated failure skips only what needs it', async () => {
  const { log, handlers } = recorder(['bad']);
  const outcome = await run(planOf(step('bad', [], { tolerant: true }), step('child', ['bad']), step('last', [], { after: ['bad', 'child'] })), handlers);
  expect([...outcome.failures.keys()]).toEqual(['bad']);
  expect([...outcome.skipped]).toEqual(['child']);
  expect(log).toContain('-last');
  expect(log).not.toContain('+child');
});

test('a failure is thrown only after those under way have ended, and nothing else starts', async () => {
  let siblingEnded = false;
  const handlers: Handlers<Step> = {
    step: async ({ id }, { signal }) => {
      if (id === 'bad') throw new Error('bad broke');
      await new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve(); }); });
      await tick();
      siblingEnded = true;
    },
  };
  await expect(run(planOf(step('bad'), step('sibling'), step('next', ['sibling'])), handlers)).rejects.toThrow('bad broke');
  expect(siblingEnded).toBe(true);
});

test('a cancelled run rejects with the reason of the cancellation', async () => {
  const controller = new AbortController();
  const reason = new CancelledError('terminated');
  const handlers: Handlers<Step> = {
    step: async (_operation, { signal }) => {
      controller.abort(reason);
      signal.throwIfAborted();
    },
  };
  await expect(run(planOf(step('a'), step('b', ['a'])), handlers, controller.signal)).rejects.toBe(reason);
});

test('a group runs from its first start to its last end, and tells the worst', async () => {
  const events: EngineEvent[] = [];
  const { handlers } = recorder(['b']);
  await run(planOf(step('a'), step('b', ['a'], { tolerant: true })), handlers, undefined, events);
  const told = events.flatMap((event) => (event.type === 'step' ? [`${event.id} ${event.status}`] : []));
  expect(told).toEqual(['g running', 'a running', 'a done', 'b running', 'b failed', 'g failed']);
});

test('an unknown need and a cycle are mistakes of the plan', async () => {
  const { handlers } = recorder();
  await expect(run(planOf(step('a', ['ghost'])), handlers)).rejects.toThrow(/unknown ghost/);
  await expect(run(planOf(step('a', ['b']), step('b', ['a'])), handlers)).rejects.toThrow(/cycle/);
});
