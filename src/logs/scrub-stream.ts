import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { Scrubber } from './scrub.js';

/** Characters. A line without an end must not fill the memory; it is cut at a space, as a secret has none. */
const LONGEST_LINE = 256 * 1024;
/** Whoever prints the file has his terminal left alone. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)?|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Text in, the same text without secrets and without control characters out, a line at a time. */
export function scrubbing(known: readonly string[] = []): Transform {
  const scrubber = new Scrubber(known);
  const decoder = new StringDecoder('utf8');
  let held = '';
  const scrub = (line: string): string => {
    const scrubbed = scrubber.line(line.replace(CONTROLS, ''));
    return scrubbed === undefined ? '' : `${scrubbed}\n`;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lines = (held + decoder.write(chunk)).split('\n');
      held = lines.pop() ?? '';
      let text = lines.map(scrub).join('');
      while (held.length > LONGEST_LINE) {
        const space = held.lastIndexOf(' ', LONGEST_LINE);
        const at = space > 0 ? space : LONGEST_LINE;
        text += scrub(held.slice(0, at));
        held = held.slice(at);
      }
      done(null, text);
    },
    flush(done) {
      held += decoder.end();
      done(null, held === '' ? '' : scrub(held));
    },
  });
}
