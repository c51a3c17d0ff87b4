import type { EngineEvent } from '../../events/event.js';
import type { ProgressRenderer } from '../progress/renderer.js';
import { sanitizeLine } from '../terminal/sanitize.js';
import type { OutputStream } from '../terminal/streams.js';
import { Recording } from './recording.js';

export interface RecordingWishes {
  /** Draw a Gantt chart at the end. */
  readonly timeline: boolean;
  /** Path of the file of Chrome trace events. */
  readonly trace: string | undefined;
}

/** Shows what another renderer shows, and at the end, however it came, where the time went. */
export class RecordingRenderer implements ProgressRenderer {
  readonly #recording = new Recording(performance.timeOrigin);

  constructor(private readonly shown: ProgressRenderer, private readonly output: OutputStream, private readonly wishes: RecordingWishes) {}

  handle(event: EngineEvent): void {
    this.#recording.add(event);
    this.shown.handle(event);
  }

  tell(text: string): void {
    this.shown.tell(text);
  }

  async stop(outcome?: 'failed'): Promise<void> {
    await this.shown.stop(outcome);
    const { spans } = this.#recording;
    if (this.wishes.timeline && spans.length > 0) {
      const { ganttChart } = await import('./gantt.js');
      this.output.write(`\n${ganttChart(spans, this.output.columns)}\n\n`);
    }
    if (this.wishes.trace !== undefined) await this.#writeTrace(this.wishes.trace);
  }

  /** A trace that cannot be written says so, and spoils nothing. */
  async #writeTrace(path: string): Promise<void> {
    const [{ chromeTrace }, { writePrivateFile }] = await Promise.all([import('./trace.js'), import('../../files/private-file.js')]);
    await writePrivateFile(path, `${JSON.stringify(chromeTrace(this.#recording.spans))}\n`).catch((error: unknown) => {
      this.output.write(`${sanitizeLine(`Warning: the trace could not be written: ${(error as Error).message}`)}\n`);
    });
  }
}
