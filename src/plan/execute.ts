import { setMaxListeners } from 'node:events';
import { CancelledError, KindboxError, messageOf } from '../errors/index.js';
import type { EmitEvent, StepStatus } from '../events/event.js';
import type { Operation, Plan } from './operation.js';

export interface OperationRun {
  /** Aborted when the run is cancelled or another operation has failed for good. */
  readonly signal: AbortSignal;
  /** Reports progress within the operation. */
  readonly progress: (detail: string, current?: number, total?: number) => void;
}

export type Handlers<Op extends Operation> = {
  readonly [Kind in Op['kind']]: (operation: Extract<Op, { kind: Kind }>, run: OperationRun) => Promise<void>;
};

export interface PlanOutcome {
  /** Tolerated failures, by operation id. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Operations that did not run because what they need failed. */
  readonly skipped: ReadonlySet<string>;
  /** Milliseconds from the start of the plan to the end of each operation that succeeded, by operation id. */
  readonly endedMs: ReadonlyMap<string, number>;
}

/**
 * Runs every operation as soon as what it needs is done. When one fails that is not tolerant, or `signal` is
 * aborted, no other starts, those under way are told to stop **and awaited**, and the first failure is thrown:
 * a rollback that begins earlier misses what siblings are still creating (kind's helper returns too soon).
 */
export async function executePlan<Op extends Operation>(
  plan: Plan<Op>,
  handlers: Handlers<Op>,
  emit: EmitEvent,
  signal: AbortSignal,
): Promise<PlanOutcome> {
  const startedAt = Date.now();
  const stop = new AbortController();
  const runSignal = AbortSignal.any([signal, stop.signal]);
  // One listener and more for each node is no leak: Node 20 would warn of the eleventh.
  setMaxListeners(0, signal, runSignal);
  const failures = new Map<string, unknown>();
  const skipped = new Set<string>();
  const endedMs = new Map<string, number>();
  const groups = new GroupReporter(plan, emit);
  let fatal: { error: unknown } | undefined;

  const settled = new Map<string, Promise<boolean>>();

  const cancelled = (): boolean => runSignal.aborted;
  const succeeded = async (id: string): Promise<boolean> => await settled.get(id) ?? false;

  const runOne = async (operation: Op): Promise<boolean> => {
    const needed = await Promise.all(operation.needs.map(succeeded));
    await Promise.all((operation.after ?? []).map(succeeded));
    if (needed.includes(false) || cancelled()) {
      skipped.add(operation.id);
      groups.ended(operation, 'skipped');
      return false;
    }
    const step = groups.started(operation);
    try {
      const handler = handlers[operation.kind as Op['kind']];
      await handler(operation as Extract<Op, { kind: Op['kind'] }>, { signal: runSignal, progress: step.progress });
      endedMs.set(operation.id, Date.now() - startedAt);
      step.end('done');
      return true;
    } catch (error) {
      if (cancelled()) {
        step.end('cancelled');
      } else {
        step.end('failed', messageOf(error));
        if (operation.tolerant === true) {
          failures.set(operation.id, error);
        } else {
          fatal = { error };
          stop.abort(new CancelledError());
        }
      }
      return false;
    }
  };

  for (const operation of inDependencyOrder(plan.operations)) settled.set(operation.id, runOne(operation));
  await Promise.all(settled.values());

  if (fatal !== undefined) throw fatal.error;
  if (signal.aborted) throw signal.reason instanceof KindboxError ? signal.reason : new CancelledError();
  return { failures, skipped, endedMs };
}

/** Each operation comes after what it waits for. @throws Error for an unknown id or a cycle: the plan is wrong. */
export function inDependencyOrder<Op extends Operation>(operations: readonly Op[]): Op[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const ordered: Op[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (operation: Op): void => {
    if (state.get(operation.id) === 'done') return;
    if (state.get(operation.id) === 'visiting') throw new Error(`the plan has a cycle at ${operation.id}`);
    state.set(operation.id, 'visiting');
    for (const id of [...operation.needs, ...(operation.after ?? [])]) {
      const needed = byId.get(id);
      if (needed === undefined) throw new Error(`${operation.id} waits for the unknown ${id}`);
      visit(needed);
    }
    state.set(operation.id, 'done');
    ordered.push(operation);
  };
  for (const operation of operations) visit(operation);
  return ordered;
}

/** Tells of operations, and of groups from the first start to the last end of their operations. */
class GroupReporter {
  readonly #titles: ReadonlyMap<string, string>;
  readonly #open = new Map<string, { pending: number; startedAt?: number; worst: StepStatus }>();

  constructor(plan: Plan, private readonly emit: EmitEvent) {
    this.#titles = new Map(plan.groups.map((group) => [group.id, group.title]));
    for (const { group } of plan.operations) {
      const counted = this.#open.get(group);
      if (counted === undefined) this.#open.set(group, { pending: 1, worst: 'done' });
      else counted.pending += 1;
    }
  }

  started(operation: Operation) {
    const startedAt = Date.now();
    const group = this.#open.get(operation.group);
    if (group !== undefined && group.startedAt === undefined) {
      group.startedAt = startedAt;
      this.#emitGroup(operation.group, 'running', startedAt);
    }
    const base = { type: 'step', id: operation.id, parentId: operation.group, stage: operation.kind, title: operation.title } as const;
    this.emit({ ...base, status: 'running', at: startedAt });
    return {
      progress: (detail: string, current?: number, total?: number) => {
        this.emit({
          ...base, status: 'running', at: Date.now(), detail,
          ...(current === undefined ? {} : { current }), ...(total === undefined ? {} : { total }),
        });
      },
      end: (status: StepStatus, detail?: string) => {
        const at = Date.now();
        this.emit({ ...base, status, at, durationMs: at - startedAt, ...(detail === undefined ? {} : { detail }) });
        this.ended(operation, status);
      },
    };
  }

  ended(operation: Operation, status: StepStatus): void {
    const group = this.#open.get(operation.group);
    if (group === undefined) return;
    group.pending -= 1;
    if (status === 'failed' || (status === 'cancelled' && group.worst === 'done')) group.worst = status;
    if (group.pending > 0 || group.startedAt === undefined) return;
    const at = Date.now();
    this.#emitGroup(operation.group, group.worst, at, at - group.startedAt);
  }

  #emitGroup(id: string, status: StepStatus, at: number, durationMs?: number): void {
    this.emit({
      type: 'step', id, stage: id, title: this.#titles.get(id) ?? id, status, at,
      ...(durationMs === undefined ? {} : { durationMs }),
    });
  }
}
