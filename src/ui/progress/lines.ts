import type { NoteEvent, StepEvent, SummaryEvent } from '../../events/event.js';
import { sanitizeLine } from '../terminal/sanitize.js';

const LABEL_WIDTH = 25;

export function noteLine(note: NoteEvent): string {
  return `${note.level === 'warning' ? 'Warning' : 'Note'}: ${sanitizeLine(note.message)}`;
}

/** `Cluster name             : demo`, as document 003 aligns it. */
export function settingLines(summary: SummaryEvent): string[] {
  return summary.settings.map(([label, value]) => `${sanitizeLine(label).padEnd(LABEL_WIDTH)}: ${sanitizeLine(value)}`);
}

export function failureLine(step: StepEvent): string {
  const reason = step.detail === undefined ? 'failed' : sanitizeLine(step.detail);
  return `  ! ${sanitizeLine(step.title)}: ${reason}`;
}
