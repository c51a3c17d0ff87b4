import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rawArchive, type ImageArchive } from './contents.js';

/** The archive for `ctr images import`, uncompressed, every image named as the kubelet asks for it. */
export async function openImageArchive(archive: ImageArchive): Promise<Readable> {
  const { index } = archive;
  if (index === undefined) return rawArchive(archive);
  const { extract, pack } = await import('tar-stream');
  const source = extract();
  const target = pack();
  source.on('entry', (header, content, next) => {
    if (header.name.replace(/^\.\//, '') === 'index.json') {
      content.resume();
      target.entry({ ...header, size: Buffer.byteLength(index) }, index, next);
      return;
    }
    const entry = target.entry(header, next);
    pipeline(content, entry).catch((error: unknown) => { target.destroy(error instanceof Error ? error : undefined); });
  });
  target.on('close', () => source.destroy());
  pipeline(rawArchive(archive), source).then(() => target.finalize(), (error: unknown) => { target.destroy(error instanceof Error ? error : undefined); });
  return Readable.from(target, { objectMode: false });
}
