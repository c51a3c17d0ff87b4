import { CancelledError, type KindboxError } from '../../../src/errors/index.js';
import { CACHE_VOLUME } from '../../../src/images/build/names.js';
import { Fixture, SCRIPTS, TAG } from './fixture.js';

const f = new Fixture();

test.each(SCRIPTS)('a failing %s (from %s) is told with its log and leaves nothing', async (script, from) => {
  f.builder.script = async ({ onLine, argv }) => {
    onLine('::step work Working');
    for (let line = 1; line <= 100; line += 1) onLine(`line ${line}`);
    onLine('http://user:secret@proxy refused');
    return argv[0] === script ? 1 : 0;
  };
  const failure = await f.build({ from }).catch((error: unknown) => error as KindboxError);
  expect(failure).toMatchObject({ reason: 'image', because: expect.stringContaining('exit code 1') });
  const log = (failure as KindboxError).logTail?.split('\n') ?? [];
  expect(log).toHaveLength(40);
  expect(log.at(-1)).toBe('http://***@proxy refused');
  expect(f.builder.containers.size).toBe(0);
  expect([...f.builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(f.builder.images.has(TAG)).toBe(false);
  expect(f.steps.find(({ id, status }) => id.endsWith('/work') && status === 'failed')).toBeDefined();
});

test.each(SCRIPTS)('an abort during %s (from %s) leaves nothing', async (script, from) => {
  const interrupt = new AbortController();
  f.builder.script = async ({ argv }, signal) => {
    if (argv[0] !== script) return 0;
    setImmediate(() => interrupt.abort(new CancelledError('terminated')));
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 137;
  };
  await expect(f.build({ from }, { signal: interrupt.signal })).rejects.toMatchObject({ name: 'CancelledError', reason: 'terminated' });
  expect(f.builder.containers.size).toBe(0);
  expect([...f.builder.volumes.keys()]).toEqual([CACHE_VOLUME]);
  expect(f.builder.images.has(TAG)).toBe(false);
});

test('an abort during the commit takes the new image away and gives the old one its name back', async () => {
  const first = await f.build();
  const interrupt = new AbortController();
  f.builder.committing = async () => interrupt.abort(new CancelledError());
  await expect(f.build({ force: true }, { signal: interrupt.signal })).rejects.toThrow(CancelledError);
  expect(f.builder.calls.slice(-2)).toEqual([`tag ${first.id} ${TAG}`, expect.stringMatching(/^remove-image/)]);
  expect(f.builder.calls.at(-1)).not.toContain(first.id);
  expect(f.builder.containers.size).toBe(0);
});

test('an abort during the pull is not taken for a registry out of reach', async () => {
  const interrupt = new AbortController();
  f.builder.pull = async (_reference, signal) => {
    setImmediate(() => interrupt.abort(new CancelledError()));
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('socket hang up'))));
  };
  await expect(f.build({}, { signal: interrupt.signal })).rejects.toThrow(CancelledError);
  expect(f.builder.calls).toEqual(['pull debian:bookworm-slim']);
});

test('what cannot be removed is named', async () => {
  f.builder.removeVolume = async () => { throw new Error('busy'); };
  await f.build();
  expect(f.events).toContainEqual(expect.objectContaining({ type: 'note', level: 'warning', message: expect.stringMatching(/docker volume rm kindbox-build-output-/) }));
});
