import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';

/** Bytes. The longest configurations, with certificates in containerd's patches, have a tenth of it. */
const MOST = 1_000_000;

export interface ConfigSource {
  /** Path of a file, or `-`. */
  readonly path: string;
  /** Where `-` is read from. */
  readonly stdin?: Readable | undefined;
  /** Folder that relative paths are relative to. */
  readonly workingFolder: string;
}

export interface ConfigText {
  /** As it is called in messages. */
  readonly file: string;
  /** Absolute path of the folder that it is in; the working folder for a stream. */
  readonly folder: string;
  readonly text: string;
}

/** @throws KindboxError usage: it cannot be read, is too large, or is not text. */
export async function readSource({ path, stdin, workingFolder }: ConfigSource): Promise<ConfigText> {
  const isStream = path === '-' && stdin !== undefined;
  const absolute = resolve(workingFolder, path);
  const file = isStream ? 'stdin' : printable(path);
  return { file, folder: isStream ? workingFolder : dirname(absolute), text: await readAll(file, isStream ? stdin : createReadStream(absolute)) };
}

async function readAll(file: string, stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      // A pipe or a device may have no end: no more is read than is accepted.
      if (size > MOST) throw new KindboxError(`${file} is too large for a configuration`, { reason: 'usage', because: `It has more than ${MOST} bytes.` });
      chunks.push(bytes);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof KindboxError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new KindboxError(`${file} is not text in UTF-8`, { reason: 'usage', cause: error });
    throw new KindboxError(`${file} cannot be read`, { reason: 'usage', because: `The file system says: ${code}.`, cause: error });
  }
}
