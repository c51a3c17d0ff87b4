import { formatDuration } from '../command/duration.js';
import { sanitizeLine } from '../terminal/sanitize.js';
import type { Span } from './recording.js';

const NARROWEST_CHART = 20;
const DEFAULT_COLUMNS = 100;
/** Cells in which no operation of a stage ran, few did, or most did. */
const CELLS = [' ', '░', '█'] as const;
const TICKS = 5;

interface Row {
  readonly stage: string;
  readonly spans: readonly Span[];
  readonly startMs: number;
  readonly endMs: number;
}

/** A run as a Gantt chart, a line a stage: where its time went, and what waited for what. */
export function ganttChart(spans: readonly Span[], columns = DEFAULT_COLUMNS): string {
  const rows = rowsOf(spans);
  const totalMs = Math.max(1, ...rows.map(({ endMs }) => endMs));
  const names = rows.map(nameOf);
  const figures = rows.map(({ startMs, endMs }) => `${seconds(startMs)} - ${seconds(endMs)}`);
  const nameWidth = Math.max(...names.map((name) => name.length));
  const figureWidth = Math.max(...figures.map((figure) => figure.length));
  const width = Math.max(NARROWEST_CHART, columns - nameWidth - figureWidth - 5);
  const line = (name: string, chart: string, figure: string): string =>
    `${name.padEnd(nameWidth)} |${chart.padEnd(width)}| ${figure.padStart(figureWidth)}`.trimEnd();
  return [
    line('', axis(totalMs, width), ''),
    ...rows.map((row, index) => line(names[index] ?? '', bar(row, totalMs, width), figures[index] ?? '')),
    `${formatDuration(Math.round(totalMs))} in all`,
  ].join('\n');
}

function rowsOf(spans: readonly Span[]): Row[] {
  const first = Math.min(...spans.map(({ startMs }) => startMs));
  const before: Row[] = spans.length === 0 ? [] : [{ stage: 'observe', spans: [{ ...(spans[0] as Span), startMs: 0, endMs: first }], startMs: 0, endMs: first }];
  const stages = [...new Set(spans.map(({ stage }) => stage))];
  return [...before, ...stages.map((stage) => {
    const own = spans.filter((span) => span.stage === stage);
    return { stage, spans: own, startMs: Math.min(...own.map(({ startMs }) => startMs)), endMs: Math.max(...own.map(({ endMs }) => endMs)) };
  })];
}

function nameOf({ stage, spans }: Row): string {
  const failed = spans.some(({ status }) => status === 'failed') ? ' (failed)' : '';
  return `${sanitizeLine(stage)}${spans.length > 1 ? ` x${spans.length}` : ''}${failed}`;
}

function bar({ spans }: Row, totalMs: number, width: number): string {
  return Array.from({ length: width }, (_, cell) => {
    const [from, to] = [(cell * totalMs) / width, ((cell + 1) * totalMs) / width];
    const running = spans.filter(({ startMs, endMs }) => startMs < to && endMs > from).length;
    if (running === 0) return CELLS[0];
    return running * 2 < spans.length ? CELLS[1] : CELLS[2];
  }).join('').trimEnd();
}

function axis(totalMs: number, width: number): string {
  const step = Math.max(1, Math.ceil(totalMs / 1000 / TICKS));
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => tick * step).filter((tick) => tick * 1000 < totalMs);
  return ticks.reduce((drawn, tick) => `${drawn.padEnd(Math.round((tick * 1000 * width) / totalMs))}${tick} s`, '').slice(0, width);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
