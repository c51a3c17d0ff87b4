import fc from 'fast-check';
import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack, type Header } from 'tar-stream';
import { KindboxError } from '../../../src/errors/index.js';
import { readImageArchive } from '../../../src/images/archive/contents.js';
import { imagesOfDockerArchive, imagesOfOciArchive } from '../../../src/images/archive/formats.js';
import { openImageArchive } from '../../../src/images/archive/open.js';
import { parseLayoutReport } from '../../../src/images/pods/layout-report.js';
import { systemPodLogs } from '../../../src/logs/pod-logs.js';
import { expectUnpolluted, hostileJson, hostileText, RUNS, STEERING } from './support.js';

const never = new AbortController().signal;
let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-hostile-')); });
afterEach(() => rm(folder, { recursive: true }));

const FIELDS = ['Config', 'RepoTags', 'manifests', 'annotations', 'digest', 'io.containerd.image.name', 'org.opencontainers.image.ref.name', 'name', 'tree', 'blobBytes'];
const json = hostileJson(FIELDS);
/** What a kubelet can ask for, and nothing that a path, a shell or an option could be made of. */
const A_NAME = /^[A-Za-z0-9][\w.:@/-]*$/;

async function tar(entries: readonly (readonly [Partial<Header> & { name: string }, string?])[]): Promise<string> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content ?? '');
  archive.finalize();
  const file = join(folder, 'x.tar');
  await writeFile(file, await buffer(Readable.from(archive, { objectMode: false })));
  return file;
}

/** The images, or the refusal in words: anything else would be a bug. */
async function outcome(file: string): Promise<readonly { name: string }[]> {
  try {
    const archive = await readImageArchive(file, never);
    await buffer(await openImageArchive(archive));
    return archive.images;
  } catch (error) {
    if (error instanceof KindboxError) return [];
    throw error;
  }
}

describe('an archive of images is what somebody else made', () => {
  test('whatever its descriptions hold, they are understood or not, and names are names', () => {
    fc.assert(fc.property(json, fc.boolean(), (value, inList) => {
      const text = JSON.stringify(inList ? [value] : value);
      const images = [...(imagesOfDockerArchive(text) ?? []), ...(imagesOfOciArchive(text).images ?? []), ...(imagesOfOciArchive(JSON.stringify({ manifests: [value] })).images ?? [])];
      for (const { name } of images) {
        expect(name).toMatch(A_NAME);
        expect(name).not.toContain('..');
      }
      expectUnpolluted();
    }), { numRuns: 1000 });
  });

  test.each(['[null]', '[1]', '[[]]', '[{"RepoTags":[null]}]', '{"RepoTags":["x"]}', '"text"'])('manifest.json of %s', async (text) => {
    expect(await outcome(await tar([[{ name: 'manifest.json' }, text]]))).toEqual([]);
  });

  test.each(['{"manifests":[null]}', '{"manifests":[{"annotations":7}]}', '{"manifests":[{"annotations":{"io.containerd.image.name":{}}}]}', 'null', '[]'])('index.json of %s', async (text) => {
    expect(await outcome(await tar([[{ name: 'oci-layout' }, '{}'], [{ name: 'index.json' }, text]]))).toEqual([]);
  });

  test('nothing is unpacked: paths that lead out, links and devices stay bytes that are passed on', async () => {
    const outside = join(folder, '..', 'kindbox-escaped');
    const entries: [Partial<Header> & { name: string }, string?][] = [
      [{ name: '../kindbox-escaped' }, 'x'], [{ name: outside }, 'x'], [{ name: 'link', type: 'symlink', linkname: '/etc' }], [{ name: 'link/kindbox-escaped' }, 'x'],
      [{ name: 'hard', type: 'link', linkname: '/etc/passwd' }], [{ name: 'disk', type: 'block-device', devmajor: 8, devminor: 0 }], [{ name: 'pipe', type: 'fifo' }],
      [{ name: 'oci-layout' }, '{}'], [{ name: './index.json' }, JSON.stringify({ manifests: [{ annotations: { 'org.opencontainers.image.ref.name': 'nginx:1' } }] })],
    ];
    expect(await outcome(await tar(entries))).toEqual([{ name: 'docker.io/library/nginx:1' }]);
    expect(await readdir(folder)).toEqual(['x.tar']);
    for (const path of [outside, '/etc/kindbox-escaped']) await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a description that is a link, a device, or too long is none', async () => {
    const docker = JSON.stringify([{ Config: 'c', RepoTags: ['a/b:1'] }]);
    expect(await outcome(await tar([[{ name: 'manifest.json', type: 'symlink', linkname: '/etc/passwd' }]]))).toEqual([]);
    expect(await outcome(await tar([[{ name: 'manifest.json' }, `${docker}${' '.repeat(4_000_001)}`]]))).toEqual([]);
    expect(await outcome(await tar([[{ name: 'manifest.json' }, docker]]))).toEqual([{ name: 'docker.io/a/b:1' }]);
  });

  test('any bytes, and any damage to a good archive, is an archive or a refusal', async () => {
    const file = await tar([[{ name: 'oci-layout' }, '{}'], [{ name: 'index.json' }, JSON.stringify({ manifests: [{ annotations: { 'io.containerd.image.name': 'docker.io/a/b:1' } }] })]]);
    const good = await buffer((await import('node:fs')).createReadStream(file));
    await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.boolean(), async (offset, damage, cut) => {
      const bytes = Buffer.from(good);
      bytes.set(damage.subarray(0, bytes.length - offset), offset);
      await writeFile(file, cut ? bytes.subarray(0, offset) : bytes);
      for (const { name } of await outcome(file)) expect(name).not.toMatch(STEERING);
    }), { numRuns: 150 });
  });

  test('what layout-report prints in a node is a report or a refusal', () => {
    fc.assert(fc.property(json, (value) => {
      try {
        for (const { name } of parseLayoutReport(JSON.stringify([value]))) expect(typeof name).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(KindboxError);
      }
    }), RUNS);
  });
});

test('names of logs that a node lists stay within the bundle, each of them once, and not without end', () => {
  const part = fc.oneof(fc.constantFrom('..', '.', '', 'kube-system_a_1', '/'), hostileText());
  fc.assert(fc.property(fc.array(fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/')), { maxLength: 10 }), (lines) => {
    const paths = systemPodLogs([...lines, ...lines.map((line) => `kube-system_x_1/${line}/0.log`)].join('\n')).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) {
      expect(path).toMatch(/^[\w.@+-]+\/[\w.@+-]+\/[\w.@+-]+$/);
      expect(path.split('/').filter((each) => each.startsWith('.'))).toEqual([]);
    }
  }), RUNS);
  expect(systemPodLogs(Array.from({ length: 100_000 }, (_, at) => `kube-system_x_1/c/${at}.log`).join('\n')).length).toBeLessThan(1000);
});
