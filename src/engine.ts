import type { EmitEvent } from './events/event.js';
import type { NodeProvider } from './provider/provider.js';

/** What every verb of the engine is given. */
export interface EngineContext {
  readonly provider: NodeProvider;
  readonly emit: EmitEvent;
  /** Aborting it makes the verb settle what is in flight, undo what it made, and reject with a CancelledError. */
  readonly signal: AbortSignal;
  /** The variables that the engine may read (HOME, KUBECONFIG, proxies); never process.env itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
