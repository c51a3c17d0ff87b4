import type { StepEvent } from '../../../src/events/event.js';
import { describeRun, type Kindbox, type KindboxOptions, type KindboxRun } from '../../support/kindbox.js';

/** What a fault can do to the kindbox that runs. */
export interface Means {
  readonly signal: (name: NodeJS.Signals) => void;
  /** Nobody reads its output any more. */
  readonly hangUp: () => void;
}

export interface Signalled {
  readonly fault: string;
  readonly inject: (means: Means) => void;
  /** Undefined: it was killed. */
  readonly exitCode: number | undefined;
}

export const SIGNALS: readonly Signalled[] = [
  { fault: 'SIGINT', inject: ({ signal }) => { signal('SIGINT'); }, exitCode: 130 },
  { fault: 'SIGTERM', inject: ({ signal }) => { signal('SIGTERM'); }, exitCode: 143 },
  { fault: 'kill -9', inject: ({ signal }) => { signal('SIGKILL'); }, exitCode: undefined },
];

/** Runs a verb, and does something when a step of that stage begins; only one of that id, if it is given. @throws when it never does */
export async function injectAt(kindbox: Kindbox, argv: readonly string[], { stage, id }: { readonly stage: string; readonly id?: string }, inject: (means: Means) => void, options: Pick<KindboxOptions, 'environment'> = {}): Promise<KindboxRun> {
  const injectedAt: string[] = [];
  const run = await kindbox.run([...argv, '--progress=json'], {
    ...options,
    onEvent: (event, signal, hangUp) => {
      if (injectedAt.length > 0 || !begins(event) || event.stage !== stage || (id !== undefined && event.id !== id)) return;
      injectedAt.push(event.id);
      inject({ signal, hangUp });
    },
  });
  if (injectedAt.length === 0) throw new Error(`the stage ${stage} was never reached\n${describeRun(run)}`);
  return run;
}

/** The stages that a verb goes through, in their order, as its events tell: a new one is covered without anyone remembering. */
export async function stagesOf(kindbox: Kindbox, argv: readonly string[]): Promise<string[]> {
  const stages = new Set<string>();
  const run = await kindbox.run([...argv, '--progress=json'], { onEvent: (event) => { if (begins(event)) stages.add(event.stage); } });
  if (run.exitCode !== 0 || stages.size === 0) throw new Error(describeRun(run));
  return [...stages];
}

/** Groups have no parent, and are no stages. */
function begins(event: { readonly type: string }): event is StepEvent {
  const step = event as Partial<StepEvent>;
  return step.type === 'step' && step.status === 'running' && step.parentId !== undefined;
}
