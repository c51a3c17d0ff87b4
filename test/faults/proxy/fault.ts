import type { Call } from './call.js';

/** `afterwards`: only the answer is lost, the daemon has done what it was asked for. */
export type Fault =
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'drop'; readonly afterwards?: boolean }
  | { readonly kind: 'hang'; readonly afterwards?: boolean }
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string; readonly afterwards?: boolean }
  /** The answer, or the output of a hijacked connection, breaks off: after so many bytes, or half way. */
  | { readonly kind: 'truncate'; readonly bytes?: number }
  /** The same, but it ends as if that were all. */
  | { readonly kind: 'shorten'; readonly bytes?: number }
  | { readonly kind: 'garble'; readonly body: string }
  /** The daemon is sent the call twice, as by a proxy that tries again; the answer is that to the second. */
  | { readonly kind: 'duplicate'; readonly change?: (body: string) => string }
  /** What is sent breaks off after so many bytes. */
  | { readonly kind: 'cut-upload'; readonly bytes: number };

export interface Rule {
  readonly method: string;
  readonly path: RegExp;
  readonly fault: Fault;
  /** Calls that match and are spared before the first that is not. Default 0. */
  readonly spared?: number;
  /** Calls that suffer. Default 1. */
  readonly times?: number;
}

/** The rules of one proxy, with a count of what each has met. */
export class Rulebook {
  readonly #met: { rule: Rule; count: number }[] = [];

  add(rule: Rule): void {
    this.#met.push({ rule, count: 0 });
  }

  clear(): void {
    this.#met.length = 0;
  }

  faultFor({ method, path }: Pick<Call, 'method' | 'path'>): Fault | undefined {
    let found: Fault | undefined;
    for (const entry of this.#met) {
      const { rule } = entry;
      if (rule.method !== method || !rule.path.test(path)) continue;
      const nth = entry.count++;
      const spared = rule.spared ?? 0;
      if (nth >= spared && nth < spared + (rule.times ?? 1)) found ??= rule.fault;
    }
    return found;
  }
}

export function inWords(fault: Fault): string {
  const { kind, ...details } = fault;
  const told = Object.entries(details).map(([name, value]) => (value === true ? name : `${name} ${typeof value === 'function' ? '...' : String(value)}`));
  return [kind, ...told].join(' ');
}
