/**
 * What the engine tells while it works. Renderers (src/ui) and `--progress json` consume these;
 * the engine itself prints nothing. No event carries a secret.
 */
export type EngineEvent = StepEvent | NoteEvent | SummaryEvent;

export type StepStatus = 'running' | 'done' | 'failed' | 'skipped' | 'cancelled';

/** A step of a plan (or a group of steps) changed its state. */
export interface StepEvent {
  readonly type: 'step';
  /** Unique within the run, e.g. `join-worker/demo-worker-0`. */
  readonly id: string;
  /** The group it is shown under; groups have none. */
  readonly parentId?: string;
  /** One of the stages that the plan published, the same for every node. */
  readonly stage: string;
  /** For people: `Creating node demo-worker-0`. */
  readonly title: string;
  readonly status: StepStatus;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds; present once the step has ended. */
  readonly durationMs?: number;
  /** A line of detail: progress within the step, or the reason of a failure. */
  readonly detail?: string;
  readonly current?: number;
  readonly total?: number;
}

/** Something worth a line of its own. */
export interface NoteEvent {
  readonly type: 'note';
  readonly level: 'info' | 'warning';
  readonly message: string;
  readonly at: number;
}

/** The heading of a run: what is about to be done, with which settings. */
export interface SummaryEvent {
  readonly type: 'summary';
  /** `Creating a K8s cluster with Docker + Sysbox ...` */
  readonly title: string;
  /** Label and value, in the order in which they are shown. */
  readonly settings: readonly (readonly [label: string, value: string])[];
  readonly at: number;
}

export type EmitEvent = (event: EngineEvent) => void;
