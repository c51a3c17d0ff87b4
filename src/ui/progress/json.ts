import type { EngineEvent } from '../../events/event.js';
import { escapeJson } from '../terminal/sanitize.js';
import type { OutputStream } from '../terminal/streams.js';
import type { ProgressRenderer } from './renderer.js';

/** The events themselves, one a line. */
export class JsonRenderer implements ProgressRenderer {
  constructor(private readonly output: OutputStream) {}

  handle(event: EngineEvent): void {
    this.output.write(`${escapeJson(JSON.stringify(event))}\n`);
  }

  tell(text: string): void {
    this.handle({ type: 'note', level: 'warning', message: text, at: Date.now() });
  }

  async stop(): Promise<void> {
    // Every line was written when it was due.
  }
}
