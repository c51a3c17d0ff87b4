import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { readImageArchive } from '../../../src/images/archive/contents.js';
import { openImageArchive } from '../../../src/images/archive/open.js';
import { canonicalName } from '../../../src/images/references.js';

const never = new AbortController().signal;
const CONFIG = 'c'.repeat(64);
const TARGET = `sha256:${'d'.repeat(64)}`;
const BLOB = Buffer.alloc(300_000, 'x');
let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-archive-')); });
afterEach(() => rm(folder, { recursive: true }));

async function tar(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return buffer(Readable.from(archive, { objectMode: false }));
}

async function untar(bytes: Readable): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  const archive = extract();
  archive.on('entry', (header, content, next) => {
    void buffer(content as unknown as Readable).then((all) => { files[header.name] = all; next(); });
  });
  await pipeline(bytes, archive);
  return files;
}

const write = async (content: Buffer): Promise<string> => {
  const file = join(folder, 'x.tar');
  await writeFile(file, content);
  return file;
};
const dockerArchive = (tags: readonly string[] | null): Promise<Buffer> =>
  tar({ 'layer.tar': BLOB, 'manifest.json': JSON.stringify([{ Config: `${CONFIG}.json`, RepoTags: tags, Layers: ['layer.tar'] }]) });
const ociArchive = (annotations: Readonly<Record<string, string>>): Promise<Buffer> =>
  tar({ './oci-layout': '{}', './index.json': JSON.stringify({ schemaVersion: 2, manifests: [{ digest: TARGET, annotations }] }), 'blobs/sha256/x': BLOB });

test.each([['as it is', (bytes: Buffer) => bytes], ['compressed', gzipSync]])('an archive of docker save, %s, is read and passed on', async (_how, encode) => {
  const plain = await dockerArchive(['nginx:1.27', 'localhost/app:dev']);
  const archive = await readImageArchive(await write(encode(plain)), never);
  expect(archive.images).toEqual([
    { name: 'docker.io/library/nginx:1.27', id: `sha256:${CONFIG}` },
    { name: 'localhost/app:dev', id: `sha256:${CONFIG}` },
  ]);
  expect((await buffer(await openImageArchive(archive))).equals(plain)).toBe(true);
});

test('images of an OCI archive get the names that the kubelet asks for, and the rest of it stays', async () => {
  const archive = await readImageArchive(await write(await ociArchive({ 'org.opencontainers.image.ref.name': 'nginx:1.27' })), never);
  expect(archive.images).toEqual([{ name: 'docker.io/library/nginx:1.27', target: TARGET }]);
  const files = await untar(await openImageArchive(archive));
  expect(JSON.parse(String(files['./index.json']))).toMatchObject({ manifests: [{ digest: TARGET, annotations: { 'io.containerd.image.name': 'docker.io/library/nginx:1.27' } }] });
  expect(files['blobs/sha256/x']?.equals(BLOB)).toBe(true);
});

test('an OCI archive that is named well is passed on as it is', async () => {
  const plain = await ociArchive({ 'io.containerd.image.name': 'docker.io/library/nginx:1.27', 'org.opencontainers.image.ref.name': '1.27' });
  const archive = await readImageArchive(await write(plain), never);
  expect(archive.images).toEqual([{ name: 'docker.io/library/nginx:1.27', target: TARGET }]);
  expect((await buffer(await openImageArchive(archive))).equals(plain)).toBe(true);
});

test('who leaves before the end leaves nothing behind that breaks', async () => {
  const archive = await readImageArchive(await write(await ociArchive({ 'org.opencontainers.image.ref.name': 'nginx:1.27' })), never);
  const stream = await openImageArchive(archive);
  await new Promise((resolve) => stream.once('data', resolve));
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.destroy();
  await closed;
  expect(stream.errored).toBeNull();
});

test.each([
  ['another tar file', () => tar({ hello: 'world' }), /neither/],
  ['no tar file', async () => Buffer.alloc(5000, 'no tar'), /broken, or no tar file/],
  ['half a compressed file', async () => gzipSync(await dockerArchive(['a:1'])).subarray(0, 200), /broken/],
  ['an image without a name', () => dockerArchive(null), /no names/],
  ['a tag alone', () => ociArchive({ 'org.opencontainers.image.ref.name': 'latest' }), /no names/],
  ['zstd', async () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /zstd/],
])('%s is refused, with the reason', async (_what, content, because) => {
  const failure = readImageArchive(await write(await content()), never);
  await expect(failure).rejects.toMatchObject({ reason: 'usage', because: expect.stringMatching(because) });
});

test('a file that is not there is named', async () => {
  await expect(readImageArchive(join(folder, 'absent'), never)).rejects.toMatchObject({ reason: 'usage', message: expect.stringContaining('absent') });
});

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['docker.io/nginx:1', 'docker.io/library/nginx:1'],
  ['me/app:dev', 'docker.io/me/app:dev'],
  ['registry:5000/app', 'registry:5000/app:latest'],
  ['localhost/app:1', 'localhost/app:1'],
  [`quay.io/a/b@${TARGET}`, `quay.io/a/b@${TARGET}`],
])('the kubelet asks for %s as %s', (reference, name) => {
  expect(canonicalName(reference)).toBe(name);
});
