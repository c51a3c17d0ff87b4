import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepEvent } from '../../../src/events/event.js';
import { QuietRenderer } from '../../../src/ui/progress/quiet.js';
import { ganttChart } from '../../../src/ui/timeline/gantt.js';
import { Recording } from '../../../src/ui/timeline/recording.js';
import { RecordingRenderer } from '../../../src/ui/timeline/recording-renderer.js';
import { chromeTrace } from '../../../src/ui/timeline/trace.js';
import { capturedStream } from './captured-stream.js';
import { step } from './events.js';

const ORIGIN = 1_000_000;
const operation = (id: string, status: StepEvent['status'], at: number, detail?: string): StepEvent =>
  step(id, `Doing ${id}`, status, { parentId: 'nodes', stage: id.split('/')[0] ?? '', at: ORIGIN + at, ...(detail === undefined ? {} : { detail }) });

const RUN: readonly StepEvent[] = [
  step('nodes', 'Creating the nodes', 'running', { at: ORIGIN + 1000 }),
  operation('create-node/a', 'running', 1000),
  operation('create-node/b', 'running', 1000),
  operation('create-node/a', 'done', 3000),
  operation('init/a', 'running', 3000),
  operation('init/a', 'running', 4000, 'certs'),
  operation('create-node/b', 'done', 5000),
  operation('init/a', 'running', 6000, 'etcd'),
  operation('init/a', 'done', 9000),
  operation('join/b', 'running', 9000),
  operation('join/b', 'failed', 11_000),
];

function recorded(events: readonly StepEvent[]): Recording {
  const recording = new Recording(ORIGIN);
  for (const event of events) recording.add(event);
  return recording;
}

test('a chart has a line a stage, in the order of their beginnings, and says what failed', () => {
  expect(ganttChart(recorded(RUN).spans, 66).split('\n')).toEqual([
    '               |0 s      3 s      6 s      9 s   |',
    'observe        |███                              |  0.0 s - 1.0 s',
    'create-node x2 |   ████████████                  |  1.0 s - 5.0 s',
    'init           |         ██████████████████      |  3.0 s - 9.0 s',
    'join (failed)  |                           ██████| 9.0 s - 11.0 s',
    '11s in all',
  ]);
});

test('a stage most of whose operations have ended is drawn lighter', () => {
  const events = ['a', 'b', 'c'].map((node) => operation(`join/${node}`, 'running', 0));
  const chart = ganttChart(recorded([...events, operation('join/a', 'done', 1000), operation('join/b', 'done', 1000), operation('join/c', 'done', 4000)]).spans, 80);
  expect(chart).toMatch(/join x3 \|█+░+\|/);
});

test('a trace has a row for each node, and the phases of its operations within', () => {
  const { traceEvents } = chromeTrace(recorded(RUN).spans);
  expect(traceEvents.filter(({ ph }) => ph === 'M').map(({ args }) => args?.['name'])).toEqual(['a', 'b']);
  expect(traceEvents.filter(({ cat }) => cat === 'init').map(({ name, ts, dur, tid }) => [name, ts, dur, tid])).toEqual([
    ['init', 3_000_000, 6_000_000, 0], ['certs', 4_000_000, 2_000_000, 0], ['etcd', 6_000_000, 3_000_000, 0],
  ]);
});

test('what never ended ends with the run', () => {
  expect(recorded(RUN.slice(0, -1)).spans.at(-1)).toMatchObject({ id: 'join/b', status: 'running', startMs: 9000, endMs: 9000 });
});

describe('the renderer', () => {
  let folder: string;
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-trace-')); });
  afterEach(() => rm(folder, { recursive: true }));

  async function runWith(trace: string): Promise<string> {
    const stream = capturedStream({ columns: 80 });
    const renderer = new RecordingRenderer(new QuietRenderer(stream), stream, { timeline: true, trace });
    for (const event of RUN) renderer.handle({ ...event, at: performance.timeOrigin + event.at - ORIGIN });
    await renderer.stop('failed');
    return stream.text();
  }

  test('draws the chart and writes the trace when the run is over, failed or not', async () => {
    expect(await runWith(join(folder, 'trace.json'))).toContain('create-node x2');
    expect(JSON.parse(await readFile(join(folder, 'trace.json'), 'utf8'))).toMatchObject({ displayTimeUnit: 'ms' });
  });

  test('says so when the trace cannot be written', async () => {
    expect(await runWith(join(folder, 'absent', 'trace.json'))).toMatch(/Warning: the trace could not be written: ENOENT/);
  });
});
