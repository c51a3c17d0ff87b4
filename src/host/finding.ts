import type { HostFacts, HostWish } from './facts.js';

/** ok. warning: may hurt, or costs something. failure: clusters are sure to break. unknown: it could not be found out. */
export type Verdict = 'ok' | 'warning' | 'failure' | 'unknown';

export interface Judgement {
  readonly verdict: Verdict;
  readonly found: string;
  readonly wanted: string;
  /** One sentence: what comes of it. */
  readonly because?: string;
  /** What mends it, most useful first: commands, or sentences with a capital. */
  readonly next?: readonly string[];
}

export interface Finding extends Judgement {
  /** Of the check: `inotify-instances`. */
  readonly id: string;
  readonly title: string;
  readonly next: readonly string[];
}

/** One condition of the host. `judge` is pure; undefined: it does not matter for what is wished. */
export interface HostCheck {
  readonly id: string;
  readonly title: string;
  /** Worth knowing when something is wrong, but not worth a line at every create. */
  readonly onlyInDoctor?: boolean;
  readonly judge: (facts: HostFacts, wish: HostWish) => Judgement | undefined;
}

export function unknown(wanted: string, found = 'unknown: the engine is not on this machine'): Judgement {
  return { verdict: 'unknown', found, wanted };
}
