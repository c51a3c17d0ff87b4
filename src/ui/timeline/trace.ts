import type { Span } from './recording.js';

/** One of Chrome's trace events, complete (`X`) or metadata (`M`). Times are microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, string>>;
}

const PROCESS = 1;

/** A run in the format that chrome://tracing and Perfetto show: a row for each node, and one for what concerns all. */
export function chromeTrace(spans: readonly Span[]): { readonly traceEvents: readonly TraceEvent[]; readonly displayTimeUnit: 'ms' } {
  const subjects = [...new Set(spans.map(subjectOf))];
  const rows = spans.flatMap((span) => {
    const tid = subjects.indexOf(subjectOf(span));
    const event = (name: string, startMs: number, endMs: number, args: Readonly<Record<string, string>>): TraceEvent => ({
      name, cat: span.stage, ph: 'X', pid: PROCESS, tid, ts: Math.round(startMs * 1000), dur: Math.round((endMs - startMs) * 1000), args,
    });
    return [
      event(span.stage, span.startMs, span.endMs, { title: span.title, status: span.status }),
      ...span.phases.map(({ name, startMs, endMs }) => event(name, startMs, endMs, { of: span.id })),
    ];
  });
  const names = subjects.map((name, tid): TraceEvent => ({ name: 'thread_name', ph: 'M', pid: PROCESS, tid, args: { name } }));
  return { traceEvents: [...names, ...rows], displayTimeUnit: 'ms' };
}

/** `join-worker/demo-worker-0` is about that node. */
function subjectOf({ id }: Span): string {
  return id.slice(id.indexOf('/') + 1);
}
