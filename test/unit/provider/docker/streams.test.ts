import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { plainText } from '../../../../src/provider/docker/console.js';
import { PullProgress } from '../../../../src/provider/docker/pull-progress.js';
import { FrameParser } from '../../../../src/provider/docker/streams/frame-parser.js';
import { LineSplitter } from '../../../../src/provider/docker/streams/line-splitter.js';
import { readProgress } from '../../../../src/provider/docker/streams/progress.js';

const never = new AbortController().signal;

describe('LineSplitter', () => {
  it.each([1, 2, 3, 7, 100])('gives the same lines for chunks of %i bytes', (size) => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    const bytes = Buffer.from('erste\nzwölf 日本\r\n\nletzte 🚀');
    for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
    splitter.end();
    splitter.end();
    expect(lines).toEqual(['erste', 'zwölf 日本', '', 'letzte 🚀']);
  });
});

describe('FrameParser', () => {
  it.each([1, 5, 8, 9, 1000])('splits the streams for chunks of %i bytes', (size) => {
    const seen = { stdout: '', stderr: '' };
    const parser = new FrameParser((stream, payload) => (seen[stream] += payload.toString()));
    const bytes = Buffer.concat([frame(1, 'one '), frame(2, 'bad'), frame(1, ''), frame(1, 'two')]);
    for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
    expect(seen).toEqual({ stdout: 'one two', stderr: 'bad' });
    expect(parser.complete).toBe(true);
  });

  it('knows when it was cut', () => {
    const parser = new FrameParser(() => undefined);
    parser.push(frame(1, 'hello').subarray(0, 4));
    expect(parser.complete).toBe(false);
    parser.push(frame(1, 'hello').subarray(4, 10));
    expect(parser.complete).toBe(false);
  });

  it('refuses what is not of its format', () => {
    expect(() => new FrameParser(() => undefined).push(Buffer.from('systemd 252 running'))).toThrow(RangeError);
  });
});

it('finds errors that progress streams carry as data', async () => {
  const chunks = ['{"status":"a"}\r\n{"err', 'or":"boom","errorDetail":{}}\n', 'no json\n{"status":"b"}'];
  const statuses: (string | undefined)[] = [];
  expect(await readProgress(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), (line) => statuses.push(line.status), never)).toBe('boom');
  expect(statuses).toEqual(['a', 'b']);
});

it('sums the bytes of layers', () => {
  const seen: [number, number][] = [];
  const progress = new PullProgress((current, total) => seen.push([current, total]));
  progress.add({ status: 'Pulling from x' });
  progress.add({ id: 'a', status: 'Downloading', progressDetail: { current: 5, total: 10 } });
  progress.add({ id: 'b', status: 'Downloading', progressDetail: { current: 1, total: 100 } });
  progress.add({ id: 'c', status: 'Already exists' });
  progress.add({ id: 'a', status: 'Download complete' });
  expect(seen).toEqual([[5, 10], [6, 110], [11, 110]]);
});

it('reads a terminal as plain text', () => {
  expect(plainText(Buffer.from('[\x1b[0;32m  OK  \x1b[0m] Started \x1b]0;title\x07kübelet.\r\r\n\x1b[?25h\x00done\r\n'))).toBe('[  OK  ] Started kübelet.\ndone');
});

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}
