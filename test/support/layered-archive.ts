import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

export type LayerEntry = Partial<Header> & { readonly name: string; readonly content?: string | Buffer };

interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** An OCI archive of an image for this platform with these layers, the lowest first, compressed. */
export async function layeredArchive(name: string, layers: readonly (readonly LayerEntry[])[]): Promise<Buffer> {
  const plain = await Promise.all(layers.map(tarOf));
  const packed = plain.map((layer) => blobOf(gzipSync(layer)));
  const config = blobOf(JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', config: {},
    rootfs: { type: 'layers', diff_ids: plain.map((layer) => blobOf(layer).digest) },
  }));
  const manifest = blobOf(JSON.stringify({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor(config, 'application/vnd.oci.image.config.v1+json'),
    layers: packed.map((layer) => descriptor(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  }));
  const target = { ...descriptor(manifest, 'application/vnd.oci.image.manifest.v1+json'), annotations: { 'io.containerd.image.name': name } };
  return tarOf([
    { name: 'oci-layout', content: JSON.stringify({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests: [target] }) },
    ...[config, manifest, ...packed].map(({ digest, bytes }) => ({ name: `blobs/${digest.replace(':', '/')}`, content: bytes })),
  ]);
}

export async function tarOf(entries: readonly LayerEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry({ mtime: new Date(0), ...header }, content ?? '');
  tar.finalize();
  return buffer(Readable.from(tar, { objectMode: false }));
}

function blobOf(content: string | Buffer): Blob {
  const bytes = Buffer.from(content as string);
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

function descriptor({ digest, bytes }: Blob, mediaType: string): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest, size: bytes.length };
}
