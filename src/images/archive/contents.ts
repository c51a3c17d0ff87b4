import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { KindboxError, messageOf, throwIfCancelled } from '../../errors/index.js';
import { imagesOfDockerArchive, imagesOfOciArchive } from './formats.js';

/** What is told of an archive, or a stream of one, that breaks off. */
export function unreadable(error: unknown): KindboxError {
  return new KindboxError('The images could not be read to their end', { reason: 'image', because: messageOf(error), cause: error });
}

export interface ArchivedImage {
  /** As the kubelet asks for it: `docker.io/library/nginx:1.27`. */
  readonly name: string;
  /** Digest of its configuration, which names it in Docker and in the CRI; of OCI archives not known. */
  readonly id?: string;
  /** Digest of its manifest or index; of Docker's old format not known. */
  readonly target?: string;
}

export interface ImageArchive {
  readonly file: string;
  readonly compressed: boolean;
  /** Bytes of the file. */
  readonly size: number;
  readonly images: readonly ArchivedImage[];
  /** The index of an OCI archive that names its images as no kubelet does, put right; the archive's own is good when absent. */
  readonly index?: string;
}

/** What tells the contents; none is larger than a few kilobytes. */
const DESCRIPTIONS = new Set(['manifest.json', 'index.json', 'oci-layout']);
const LONGEST_DESCRIPTION = 4_000_000;
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Reads what images a file holds. @throws KindboxError usage when it is no archive of images, or names none. */
export async function readImageArchive(file: string, signal: AbortSignal): Promise<ImageArchive> {
  const { compressed, size } = await look(file);
  const found = await descriptionsIn(file, compressed, signal);
  // containerd reads the index where there are both.
  const layout = found.has('oci-layout') ? found.get('index.json') : undefined;
  const { images, index } = layout === undefined ? { images: imagesOfDockerArchive(found.get('manifest.json')), index: undefined } : imagesOfOciArchive(layout);
  if (images === undefined) {
    throw notAnArchive(file, 'It is neither what docker save writes nor an OCI archive.', ['docker save --output x.tar IMAGE']);
  }
  if (images.length === 0) {
    throw notAnArchive(file, 'The images in it have no names, so no pod could ask for them.', ['docker load, docker tag, and docker save --output x.tar NAME']);
  }
  return { file, compressed, size, images, ...(index === undefined ? {} : { index }) };
}

/** The archive as it is on disk, uncompressed. The caller destroys it. */
export function rawArchive({ file, compressed }: Pick<ImageArchive, 'file' | 'compressed'>): Readable {
  const bytes = createReadStream(file, { highWaterMark: 1 << 20 });
  if (!compressed) return bytes;
  const plain = createGunzip({ chunkSize: 1 << 18 });
  // What breaks the file breaks what comes out of it.
  pipeline(bytes, plain).catch(() => undefined);
  return plain;
}

async function look(file: string): Promise<{ compressed: boolean; size: number }> {
  try {
    const { size } = await stat(file);
    const handle = await open(file);
    try {
      const head = Buffer.alloc(4);
      await handle.read(head, 0, 4, 0);
      if (head.equals(ZSTD)) throw notAnArchive(file, 'It is compressed with zstd, which kindbox does not read.', [`zstd --decompress ${file}`]);
      return { compressed: head.subarray(0, 2).equals(GZIP), size };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof KindboxError) throw cause;
    throw new KindboxError(`The archive ${file} cannot be read`, { reason: 'usage', because: messageOf(cause), cause });
  }
}

async function descriptionsIn(file: string, compressed: boolean, signal: AbortSignal): Promise<Map<string, string>> {
  const { extract } = await import('tar-stream');
  const found = new Map<string, string>();
  const tar = extract();
  tar.on('entry', (header, content, next) => {
    const name = header.name.replace(/^\.\//, '');
    const wanted = DESCRIPTIONS.has(name) && header.size <= LONGEST_DESCRIPTION;
    const chunks: Buffer[] = [];
    // It repeats what the pipeline tells.
    content.on('error', () => undefined);
    content.on('data', (chunk) => { if (wanted) chunks.push(chunk as Buffer); });
    content.on('end', () => {
      if (wanted) found.set(name, Buffer.concat(chunks).toString('utf8'));
      next();
    });
    content.resume();
  });
  try {
    await pipeline(rawArchive({ file, compressed }), tar, { signal });
  } catch (cause) {
    throwIfCancelled(signal);
    throw notAnArchive(file, `It is broken, or no tar file: ${messageOf(cause)}.`, [], cause);
  }
  return found;
}

function notAnArchive(file: string, because: string, next: readonly string[], cause?: unknown): KindboxError {
  return new KindboxError(`No images can be taken from ${file}`, { reason: 'usage', because, next, cause });
}
