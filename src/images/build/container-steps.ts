import type { EmitEvent, StepStatus } from '../../events/event.js';
import type { Operation } from '../../plan/operation.js';
import type { OperationRun } from '../../plan/execute.js';
import { LogTail, presentable } from './log-tail.js';

/** Compilers print faster than anybody reads. */
const DETAIL_EVERY_MS = 200;

/** Turns what a script in a container prints into steps beside its operation: `::step ID TITLE` begins the next one. */
export class ContainerSteps {
  readonly #log = new LogTail();
  #open: { readonly id: string; readonly title: string; readonly startedAt: number } | undefined;
  #lastDetailAt = 0;

  constructor(
    private readonly operation: Operation,
    private readonly run: OperationRun,
    private readonly emit: EmitEvent,
  ) {}

  /** The lines since the script began, as far as they are kept. */
  get logTail(): string {
    return this.#log.text;
  }

  readonly onLine = (line: string): void => {
    const [, id, title] = /^::step (\S+) (.+)$/.exec(line.trimEnd()) ?? [];
    if (id === undefined || title === undefined) return this.#detail(line);
    this.end('done');
    this.#open = { id: `${this.operation.id}/${id}`, title: presentable(title), startedAt: Date.now() };
    this.#tell('running');
  };

  end(status: StepStatus): void {
    if (this.#open === undefined) return;
    this.#tell(status, { durationMs: Date.now() - this.#open.startedAt });
    this.#open = undefined;
  }

  #detail(line: string): void {
    this.#log.add(line);
    const detail = presentable(line);
    const now = Date.now();
    if (detail === '' || now - this.#lastDetailAt < DETAIL_EVERY_MS) return;
    this.#lastDetailAt = now;
    const [, current, total] = /^Step (\d+)\/(\d+) : /.exec(detail) ?? [];
    if (this.#open !== undefined) this.#tell('running', { detail });
    else if (current !== undefined) this.run.progress(detail, Number(current), Number(total));
    else this.run.progress(detail);
  }

  #tell(status: StepStatus, more: { readonly detail?: string; readonly durationMs?: number } = {}): void {
    if (this.#open === undefined) return;
    const { id, title } = this.#open;
    this.emit({ type: 'step', id, parentId: this.operation.group, stage: this.operation.kind, title, status, at: Date.now(), ...more });
  }
}
