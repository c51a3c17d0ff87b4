import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Fanout } from '../../../src/images/pods/fanout.js';

const CHUNK = Buffer.alloc(1 << 20, 'x');

/** Megabytes, and how many of them were asked for. */
function source(megabytes: number): { stream: Readable; given: () => number } {
  let given = 0;
  const stream = new Readable({ read() { this.push(given++ < megabytes ? CHUNK : null); } });
  return { stream, given: () => given };
}

test('every reader gets everything', async () => {
  const { stream } = source(20);
  const fanout = new Fanout(3, async () => stream);
  const lengths = await Promise.all([1, 2, 3].map(async () => (await buffer(fanout.join())).length));
  expect(lengths).toEqual([20 << 20, 20 << 20, 20 << 20]);
});

test('is opened when the last reader has come', async () => {
  let opened = 0;
  const fanout = new Fanout(2, async () => { opened += 1; return source(1).stream; });
  const first = buffer(fanout.join());
  await new Promise((resolve) => setImmediate(resolve));
  expect(opened).toBe(0);
  await Promise.all([first, buffer(fanout.join())]);
  expect(opened).toBe(1);
});

test('waits for the slowest, and keeps little in memory meanwhile', async () => {
  const { stream, given } = source(1000);
  const fanout = new Fanout(2, async () => stream);
  const quick = fanout.join();
  quick.resume();
  const slow = fanout.join();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(given()).toBeLessThan(10);
  quick.destroy();
  slow.destroy();
});

test('a reader that leaves holds up nobody', async () => {
  const { stream } = source(50);
  const fanout = new Fanout(2, async () => stream);
  const leaving = fanout.join();
  const staying = buffer(fanout.join());
  setImmediate(() => leaving.destroy());
  expect((await staying).length).toBe(50 << 20);
});

test('the source is closed when all readers have left', async () => {
  const { stream } = source(1000);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const fanout = new Fanout(1, async () => stream);
  fanout.join().destroy();
  await closed;
  expect(stream.destroyed).toBe(true);
});

test.each<[string, () => Promise<Readable>]>([
  ['cannot be opened', (): Promise<Readable> => Promise.reject(new Error('no such image'))],
  ['breaks', (): Promise<Readable> => Promise.resolve(new Readable({ read(): void { this.destroy(new Error('no such image')); } }))],
])('all readers are told when the source %s', async (_when, open) => {
  const fanout = new Fanout(2, open);
  const readers = [fanout.join(), fanout.join()].map((branch) => buffer(branch));
  expect(await Promise.allSettled(readers)).toEqual([1, 2].map((): unknown => expect.objectContaining({ status: 'rejected', reason: new Error('no such image') })));
});
