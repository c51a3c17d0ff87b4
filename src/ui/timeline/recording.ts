import type { EngineEvent, StepEvent, StepStatus } from '../../events/event.js';

/** What happened within an operation, as its own reports tell it: the phases of kubeadm, for example. */
export interface Phase {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** An operation of a run. Times are milliseconds since the process began. */
export interface Span {
  readonly id: string;
  readonly stage: string;
  readonly title: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly status: StepStatus;
  readonly phases: readonly Phase[];
}

interface OpenSpan extends Span {
  readonly phases: Phase[];
}

/** Remembers when each operation began and ended. What never ended, ended with the last event. */
export class Recording {
  readonly #open = new Map<string, OpenSpan>();
  readonly #ended: Span[] = [];
  #lastMs = 0;

  /** @param origin milliseconds since the epoch */
  constructor(private readonly origin: number) {}

  add(event: EngineEvent): void {
    const at = event.at - this.origin;
    this.#lastMs = Math.max(this.#lastMs, at);
    // Groups only frame operations; plans without groups have nothing else.
    if (event.type !== 'step' || event.parentId === undefined) return;
    const open = this.#open.get(event.id);
    if (event.status !== 'running') this.#end(event, open, at);
    else if (open === undefined) this.#open.set(event.id, { ...partOf(event), startMs: at, endMs: at, phases: [] });
    else if (event.detail !== undefined) enterPhase(open.phases, event.detail, at);
  }

  /** In the order in which they began. */
  get spans(): readonly Span[] {
    const unfinished = [...this.#open.values()].map((span) => ({ ...span, endMs: this.#lastMs, phases: closed(span.phases, this.#lastMs) }));
    return [...this.#ended, ...unfinished].sort((a, b) => a.startMs - b.startMs);
  }

  #end(event: StepEvent, open: OpenSpan | undefined, at: number): void {
    this.#open.delete(event.id);
    const startMs = open?.startMs ?? at - (event.durationMs ?? 0);
    this.#ended.push({ ...partOf(event), startMs, endMs: at, phases: closed(open?.phases ?? [], at) });
  }
}

function partOf({ id, stage, title, status }: StepEvent): Pick<Span, 'id' | 'stage' | 'title' | 'status'> {
  return { id, stage, title, status };
}

function enterPhase(phases: Phase[], name: string, at: number): void {
  if (phases.at(-1)?.name !== name) phases.push({ name, startMs: at, endMs: at });
}

function closed(phases: readonly Phase[], endMs: number): Phase[] {
  return phases.map((phase, index) => ({ ...phase, endMs: phases[index + 1]?.startMs ?? endMs }));
}
