import fc from 'fast-check';
import type { ClusterSummary } from '../../../src/cluster/options.js';
import { KindboxError } from '../../../src/errors/index.js';
import { printable } from '../../../src/errors/printable.js';
import type { EngineEvent } from '../../../src/events/event.js';
import { reportFailure } from '../../../src/ui/error/report.js';
import { JsonRenderer } from '../../../src/ui/progress/json.js';
import { PlainRenderer } from '../../../src/ui/progress/plain.js';
import { QuietRenderer } from '../../../src/ui/progress/quiet.js';
import type { ProgressRenderer } from '../../../src/ui/progress/renderer.js';
import { TreeRenderer } from '../../../src/ui/progress/tty/tree-renderer.js';
import { doctorText } from '../../../src/ui/result/doctor.js';
import { loadedText } from '../../../src/ui/result/loaded.js';
import { logsText } from '../../../src/ui/result/logs.js';
import { nodeImageText } from '../../../src/ui/result/node-image.js';
import { clusterTable } from '../../../src/ui/result/table.js';
import { escapeJson, sanitize, sanitizeLine } from '../../../src/ui/terminal/sanitize.js';
import { ganttChart } from '../../../src/ui/timeline/gantt.js';
import { capturedStream, type CapturedStream } from '../ui/captured-stream.js';
import { hostileText, RUNS, STEERING } from './support.js';

/** Colours, cursor movements and erasures, as listr2 draws with them. */
// eslint-disable-next-line no-control-regex
const OWN_DRAWING = /\u001b\[(?:\?25[hl]|\?2026[hl]|\d*(?:;\d+)*[ABCDGHJKm])|\u001b\[\?7[hl]/g;

const step = (text: string, status: 'running' | 'done' | 'failed' | 'skipped', parentId?: string): EngineEvent => ({
  type: 'step', id: `id/${text}${parentId === undefined ? '' : '/child'}`, stage: 'stage', title: text, status, at: 0, detail: text, ...(parentId === undefined ? {} : { parentId }),
});

function eventsWith(text: string): EngineEvent[] {
  return [
    { type: 'summary', title: text, settings: [[text, text]], at: 0 }, { type: 'note', level: 'warning', message: text, at: 0 },
    step(text, 'running'), step(text, 'running', `id/${text}`), step(text, 'failed', `id/${text}`), step(text, 'failed'), step(`${text}2`, 'skipped'),
  ];
}

async function shown(render: (stream: CapturedStream) => ProgressRenderer, text: string): Promise<string> {
  const stream = capturedStream();
  const renderer = render(stream);
  for (const event of eventsWith(text)) renderer.handle(event);
  await renderer.stop('failed');
  return stream.text();
}

describe('whatever a node, a label or a daemon says, no terminal obeys it', () => {
  test('sanitizing leaves nothing that steers, and changes nothing twice', () => {
    fc.assert(fc.property(hostileText(), (text) => {
      expect(sanitize(text)).not.toMatch(STEERING);
      expect(sanitizeLine(text)).not.toMatch(/\n/);
      expect(sanitize(sanitize(text))).toBe(sanitize(text));
      expect(printable(text)).toMatch(/^[ -~]{0,63}$/);
    }), RUNS);
  });

  test.each<[string, (stream: CapturedStream) => ProgressRenderer]>([
    ['plain', (stream) => new PlainRenderer(stream)], ['quiet', (stream) => new QuietRenderer(stream)], ['json', (stream) => new JsonRenderer(stream)],
  ])('the %s renderer', async (_, render) => {
    await fc.assert(fc.asyncProperty(hostileText(), async (text) => { expect(await shown(render, text)).not.toMatch(STEERING); }), RUNS);
  });

  test('the tree draws, and lets nobody else draw', async () => {
    await fc.assert(fc.asyncProperty(hostileText(), async (text) => {
      const drawn = await shown((stream) => new TreeRenderer(stream, false), `x${text}x`);
      expect(drawn.replace(OWN_DRAWING, '').replaceAll('\r', '')).not.toMatch(STEERING);
      for (const sequence of ["\u001b[2J", "\u001b]"]) expect(drawn).not.toContain(sequence);
    }), { numRuns: 60 });
  });

  test('errors, as text and as JSON', () => {
    fc.assert(fc.property(hostileText(), fc.boolean(), fc.boolean(), (text, json, bug) => {
      const [stdout, stderr] = [capturedStream(), capturedStream()];
      const error = bug ? new TypeError(text) : new KindboxError(text, { reason: 'host', because: text, next: [text], logTail: text });
      reportFailure(error, { stdout, stderr, environment: { NO_COLOR: '1' }, json, version: '0' });
      expect(stdout.text() + stderr.text()).not.toMatch(STEERING);
      if (json) expect(JSON.parse(stdout.text())).toMatchObject({ error: { message: text } });
    }), RUNS);
  });

  test('results: tables, doctor, logs, images, timeline', () => {
    fc.assert(fc.property(hostileText(), (text) => {
      const node = { name: text, id: text, role: text, state: text, address: text, runtime: text, image: `${text}2` };
      const cluster = { name: text, workers: 1, network: text, image: text, kubernetesVersion: text, state: text, reason: text, nodes: [node], findings: [{ level: 'problem', found: text, repair: text }] } as unknown as ClusterSummary;
      const table = clusterTable([cluster], true);
      expect(table.split('\n')).toHaveLength(5);
      const finding = { id: text, title: 'a check', verdict: 'failure' as const, found: text, wanted: text, because: text, next: [text] };
      const texts = [
        table, doctorText({ engine: text, findings: [finding], verdict: 'failure', elsewhere: false }),
        logsText({ schema: 1, cluster: text, folder: text, takenAt: '', complete: false, files: [], missing: [{ path: text, because: text }], durationMs: 0 }),
        loadedText({ nodes: [{ name: text, loaded: [text], present: [] }], durationMs: 1 }),
        nodeImageText({ image: 'a', kubernetesVersion: text, preloaded: [{ name: text, blobBytes: 1, treeBytes: 1 }], sizeBytes: 1, durationMs: 1 }),
        ganttChart([{ id: text, stage: text, title: text, status: 'done', startMs: 0, endMs: 1, phases: [] }]),
      ];
      for (const each of texts) expect(each).not.toMatch(STEERING);
    }), RUNS);
  });

  test('JSON stays the same JSON', () => {
    fc.assert(fc.property(hostileText(), (text) => {
      const json = escapeJson(JSON.stringify({ [text]: text }));
      expect(json).not.toMatch(STEERING);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
    }), RUNS);
  });
});
