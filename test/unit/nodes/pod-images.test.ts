import { Duplex, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { copyPodImages } from '../../../src/nodes/pod-images.js';
import type { ExecOptions } from '../../../src/provider/types.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const [from, to] = [observedNode('demo', 'control-plane', 0), observedNode('demo', 'worker', 0)];
const WHOLE = Buffer.concat([Buffer.from('archive'), Buffer.alloc(900_000)]);

let provider: FakeProvider;
let imported: Buffer[];
/** What the export gives, one after the other; the last again and again. */
let archives: Buffer[];
let exitCodes: number[];
beforeEach(() => {
  provider = new FakeProvider();
  [imported, archives, exitCodes] = [[], [WHOLE], [0]];
  const next = <T>(list: T[]): T => (list.length > 1 ? list.shift() : list[0]) as T;
  provider.onOpenStream = () => Promise.resolve(Duplex.from(Readable.from([next(archives)])));
  provider.exec = async (_id: string, _argv: readonly string[], options?: ExecOptions) => {
    imported.push(await buffer(options?.stdin as Readable));
    return { exitCode: next(exitCodes), stdout: '', stderr: 'ctr: unrecognized image format' };
  };
});

const copy = (): Promise<void> => copyPodImages(provider, from, to, ['kube-proxy'], new AbortController().signal);

test('an archive is taken in as it was given out', async () => {
  await copy();
  expect(imported.map((archive) => archive.equals(WHOLE))).toEqual([true]);
});

test.each([
  ['the zeros behind it are missing', Buffer.from('archive'.repeat(20_000))],
  ['there is nothing', Buffer.alloc(0)],
])('an archive that breaks off is not taken in, but asked for again: %s', async (_what, broken) => {
  archives = [broken, WHOLE];
  await copy();
  expect(imported.map((archive) => archive.equals(WHOLE))).toEqual([true]);
});

test('one that was damaged on its way to the worker is sent again', async () => {
  exitCodes = [1, 0];
  await copy();
  expect(imported).toHaveLength(2);
});

test('what fails again and again is told, with what the container runtime said', async () => {
  exitCodes = [1];
  await expect(copy()).rejects.toMatchObject({ reason: 'cluster', logTail: 'ctr: unrecognized image format' });
  expect(imported).toHaveLength(4);
});
