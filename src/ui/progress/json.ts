import type { EngineEvent } from '../../events/event.js';
import type { OutputStream } from '../terminal/streams.js';
import type { ProgressRenderer } from './renderer.js';

/** The events themselves, one a line. */
export class JsonRenderer implements ProgressRenderer {
  constructor(private readonly output: OutputStream) {}

  handle(event: EngineEvent): void {
    this.output.write(`${escapeControls(JSON.stringify(event))}\n`);
  }

  tell(text: string): void {
    this.handle({ type: 'note', level: 'warning', message: text, at: Date.now() });
  }

  async stop(): Promise<void> {
    // Every line was written when it was due.
  }
}

/** JSON leaves DEL and C1 controls as they are; some terminals obey them. */
function escapeControls(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (control) => `\\u00${control.charCodeAt(0).toString(16)}`);
}
