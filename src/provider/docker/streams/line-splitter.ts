import { StringDecoder } from 'node:string_decoder';

/** Characters. A line without an end comes in parts. */
const LONGEST_LINE = 1_000_000;

/** Cuts a stream of UTF-8 into lines, whatever the chunks: no character is split, and no line of ordinary length. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private pending = '';

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    const text = this.decoder.write(chunk);
    const [first = '', ...others] = text.split('\n');
    this.pending += first;
    if (this.pending.length > LONGEST_LINE) {
      this.emit(this.pending);
      this.pending = '';
    }
    for (const line of others) {
      this.emit(this.pending);
      this.pending = line;
    }
  }

  /** Hands over what follows the last newline, if anything does. */
  end(): void {
    const rest = this.pending + this.decoder.end();
    this.pending = '';
    if (rest !== '') this.emit(rest);
  }

  private emit(line: string): void {
    this.onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
