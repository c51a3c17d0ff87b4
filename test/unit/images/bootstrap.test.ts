import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError } from '../../../src/errors/index.js';
import { getBaseImage } from '../../../src/images/build/base-image.js';
import { bootstrapWithMmdebstrap } from '../../../src/images/build/bootstrap.js';
import { FakeImageBuilder } from '../../support/fake-image-builder.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-bootstrap-')); });
afterEach(() => rm(folder, { recursive: true }));

/** Stands in for the real program, which needs root and the network. */
async function mmdebstrap(script: string): Promise<void> {
  const file = join(folder, 'mmdebstrap');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

async function bootstrap(signal = new AbortController().signal, environment: Record<string, string> = {}): Promise<{ output: string; lines: string[] }> {
  const lines: string[] = [];
  const { rootfs } = await bootstrapWithMmdebstrap({
    base: { distribution: 'debian', suite: 'bookworm' }, architecture: 'amd64',
    environment: { PATH: `${folder}:/usr/bin:/bin`, ...environment }, onLine: (line) => lines.push(line),
  }, signal);
  const output = Buffer.concat(await rootfs.toArray() as Buffer[]).toString();
  return { output, lines };
}

test('passes what mmdebstrap writes on, tells what it does, and gives it proxies but no secrets', async () => {
  await mmdebstrap('echo "I: working" >&2; echo "$@ $https_proxy $SECRET."');
  const { output, lines } = await bootstrap(undefined, { HTTPS_PROXY: 'http://proxy', SECRET: 'x' });
  expect(output).toContain('--architectures=amd64');
  expect(output).toMatch(/bookworm - http:\/\/proxy \.\n$/);
  expect(lines).toEqual(['I: working']);
});

test('a failure breaks the stream off, so that no half of a system becomes an image', async () => {
  await mmdebstrap('echo half; echo "E: no keyring" >&2; exit 1');
  await expect(bootstrap()).rejects.toMatchObject({ reason: 'image', because: expect.stringContaining('keys'), logTail: 'E: no keyring' });
});

test('says how to get a missing mmdebstrap', async () => {
  await expect(bootstrap(undefined, { PATH: folder })).rejects.toMatchObject({
    reason: 'image', next: ['sudo apt-get install mmdebstrap', expect.anything()],
  });
});

test('is stopped by an abort', async () => {
  await mmdebstrap('exec sleep 60');
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(new CancelledError('hangup')), 100);
  await expect(bootstrap(interrupt.signal)).rejects.toMatchObject({ reason: 'hangup' });
});

test('is waited for when the import is interrupted: it has mounts to undo', async () => {
  await mmdebstrap(`trap 'sleep 0.3; touch ${folder}/undone; exit 1' INT; echo >&2; while :; do sleep 0.1; done`);
  const interrupt = new AbortController();
  const builder = new FakeImageBuilder();
  builder.importImage = (_reference, _rootfs, signal) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  await expect(getBaseImage({
    builder, reference: 'debian:bookworm-slim', architecture: 'amd64', environment: { PATH: `${folder}:/usr/bin:/bin` },
    progress: () => setTimeout(() => interrupt.abort(new CancelledError()), 50), note: () => undefined,
  }, interrupt.signal)).rejects.toThrow(CancelledError);
  await expect(access(join(folder, 'undone'))).resolves.toBeUndefined();
});

test('a pull without progress is given up', async () => {
  const builder = new FakeImageBuilder();
  builder.pull = (_reference, signal) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  const notes: string[] = [];
  await mmdebstrap('echo rootfs');
  await getBaseImage({
    builder, reference: 'debian:bookworm-slim', architecture: 'amd64', patienceMs: 20,
    environment: { PATH: `${folder}:/usr/bin:/bin` }, progress: () => undefined, note: (message) => notes.push(message),
  }, new AbortController().signal);
  expect(notes).toEqual([expect.stringContaining('no answer within 0.02 s')]);
  expect(builder.images.has('debian:bookworm-slim')).toBe(true);
});
