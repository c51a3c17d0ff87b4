const TAIL_LINES = 40;
const LONGEST_LINE = 400;

/** The last lines of a log, fit to be shown: no control sequences, no password of a proxy. */
export class LogTail {
  readonly #lines: string[] = [];

  add(line: string): void {
    const clean = presentable(line);
    if (clean === '') return;
    this.#lines.push(clean);
    if (this.#lines.length > TAIL_LINES) this.#lines.shift();
  }

  get text(): string {
    return this.#lines.join('\n');
  }
}

export function presentable(line: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '').trimEnd();
  const safe = plain.replace(/(\w+:\/\/)[^@/\s]+@/g, '$1***@');
  return safe.length > LONGEST_LINE ? `${safe.slice(0, LONGEST_LINE)}...` : safe;
}
