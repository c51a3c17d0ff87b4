// @ts-check

/**
 * What `--progress json` prints, as far as it is read here: src/events/event.ts has all of it.
 * @typedef {{type: 'step', stage: string, parentId?: string, title: string, status: string, durationMs?: number, detail?: string}} StepEvent
 * @typedef {{type: 'note', level: string, message: string}} NoteEvent
 * @typedef {{type: 'summary', title: string, settings: [string, string][]}} SummaryEvent
 * @typedef {StepEvent | NoteEvent | SummaryEvent} Event
 */

const MARKS = /** @type {Record<string, string>} */ ({ done: '✔', failed: '✘', skipped: '-', cancelled: '-' });

/** Turns events into lines, and remembers whether anything has been made. */
export class Progress {
  /** Whether this run has made a network or a node: only then is the cluster of that name its own. */
  made = false;

  /** @param {import('./inputs.mjs').LogLevel} level @param {(text: string) => void} print */
  constructor(level, print) {
    this.level = level;
    this.print = print;
  }

  /** @param {string} line Of kindbox's stderr: an event, or words of Node's or of a bug. */
  take(line) {
    const event = eventIn(line);
    if (event === undefined) {
      this.print(line);
      return;
    }
    if (event.type === 'step' && event.stage.startsWith('create-') && event.status === 'done') this.made = true;
    for (const text of this.#linesFor(event)) this.print(text);
  }

  /** @param {Event} event @returns {string[]} */
  #linesFor(event) {
    if (this.level === 'quiet') return [];
    if (event.type === 'note') return [`${event.level === 'warning' ? '!' : 'i'} ${event.message}`];
    if (event.type === 'summary') return [event.title, ...event.settings.map(([label, value]) => `  ${label}: ${value}`)];
    const mark = MARKS[event.status];
    const indent = event.parentId === undefined ? '' : '  ';
    if (mark === undefined) return this.level === 'debug' ? [`${indent}… ${event.title}${event.detail === undefined ? '' : ` (${event.detail})`}`] : [];
    const duration = event.durationMs === undefined ? '' : ` [${(event.durationMs / 1000).toFixed(1)}s]`;
    const reason = event.detail !== undefined && (event.status === 'failed' || this.level === 'debug') ? `: ${event.detail}` : '';
    return [`${indent}${mark} ${event.title}${duration}${reason}`];
  }
}

/** @param {string} line @returns {Event | undefined} */
function eventIn(line) {
  try {
    const event = JSON.parse(line);
    return ['step', 'note', 'summary'].includes(event?.type) ? event : undefined;
  } catch {
    return undefined;
  }
}
