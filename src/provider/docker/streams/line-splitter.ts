import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream of UTF-8 into lines, whatever the chunks: no character and no line is split. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private pending = '';

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    const text = this.decoder.write(chunk);
    const [first = '', ...others] = text.split('\n');
    this.pending += first;
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
