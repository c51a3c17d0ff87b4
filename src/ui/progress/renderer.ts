import type { EngineEvent } from '../../events/event.js';

export interface ProgressRenderer {
  handle(event: EngineEvent): void;
  /** Says something that is not an event of the engine, now. */
  tell(text: string): void;
  /** Leaves the terminal as it was found; what comes after goes below, set off by a line when it is a failure. */
  stop(outcome?: 'failed'): Promise<void>;
}

export const PROGRESS_MODES = ['auto', 'tty', 'plain', 'json', 'quiet'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];
