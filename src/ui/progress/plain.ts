import type { EngineEvent, StepEvent } from '../../events/event.js';
import { sanitizeLine } from '../terminal/sanitize.js';
import type { OutputStream } from '../terminal/streams.js';
import { failureLine, noteLine, settingLines } from './lines.js';
import type { ProgressRenderer } from './renderer.js';

/** The lines of document 003, for logs and pipes: each heading and step once, when it starts. */
export class PlainRenderer implements ProgressRenderer {
  readonly #started = new Set<string>();
  readonly #groupsWithFailures = new Set<string>();
  #wroteAnything = false;
  #afterBlank = true;

  constructor(private readonly output: OutputStream) {}

  handle(event: EngineEvent): void {
    if (event.type === 'note') this.#line(noteLine(event));
    else if (event.type === 'step') this.#step(event);
    else this.#block([sanitizeLine(event.title), '', ...settingLines(event), '']);
  }

  tell(text: string): void {
    this.#line(text);
  }

  async stop(outcome?: 'failed'): Promise<void> {
    if (outcome === 'failed' && !this.#afterBlank) this.#line('');
  }

  #step(step: StepEvent): void {
    if (!this.#started.has(step.id) && step.status !== 'skipped' && step.status !== 'cancelled') {
      this.#started.add(step.id);
      if (step.parentId === undefined) this.#block([sanitizeLine(step.title)]);
      else this.#line(`  - ${sanitizeLine(step.title)}`);
    }
    if (step.status === 'failed') this.#failed(step);
  }

  /** A group fails because a step in it did: the reason was told there. */
  #failed(step: StepEvent): void {
    if (this.#groupsWithFailures.has(step.id)) return;
    if (step.parentId !== undefined) this.#groupsWithFailures.add(step.parentId);
    this.#line(failureLine(step));
  }

  #block(lines: readonly string[]): void {
    if (this.#wroteAnything && !this.#afterBlank) this.#line('');
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    this.output.write(`${line}\n`);
    this.#wroteAnything = true;
    this.#afterBlank = line === '';
  }
}
