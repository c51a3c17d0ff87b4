import type { EngineEvent } from '../../events/event.js';
import type { OutputStream } from '../terminal/streams.js';
import { failureLine, noteLine } from './lines.js';
import type { ProgressRenderer } from './renderer.js';

/** Warnings, and steps that failed while the run went on. */
export class QuietRenderer implements ProgressRenderer {
  constructor(private readonly output: OutputStream) {}

  handle(event: EngineEvent): void {
    if (event.type === 'note' && event.level === 'warning') this.tell(noteLine(event));
    if (event.type === 'step' && event.parentId !== undefined && event.status === 'failed') this.tell(failureLine(event).trim());
  }

  tell(text: string): void {
    this.output.write(`${text}\n`);
  }

  async stop(): Promise<void> {
    // Every line was written when it was due.
  }
}
