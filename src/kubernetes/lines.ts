import { ConnectionLost } from './api-error.js';

const NEWLINE = 0x0a;
/** Bytes. An object is 1.5 MB at most (etcd's limit). */
const LONGEST_LINE = 16e6;

/** Whole lines of a byte stream. Splits bytes, not text: a character may lie in two chunks. An unfinished last line is dropped. */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...held, chunk.subarray(start, end)]).toString('utf8');
      held = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
    size = start === 0 ? size + chunk.length : chunk.length - start;
    if (size > LONGEST_LINE) throw new ConnectionLost('the API server sent a line without an end', true);
  }
}
