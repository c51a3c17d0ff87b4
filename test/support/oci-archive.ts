import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import { extract } from 'tar-stream';
import { docker } from './docker.js';
import { tarOf } from './layered-archive.js';

type Entries = Map<string, Buffer>;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** What a node's containerd exports of an image, an OCI archive. By a file: what `docker exec` prints can lack its end. */
export async function exported(node: string, image: string): Promise<Entries> {
  const file = '/kindbox-test-export.tar';
  await docker(['exec', node, 'ctr', '--namespace', 'k8s.io', 'images', 'export', file, image]);
  const copied = await unpacked(await outputOf(['cp', `${node}:${file}`, '-']));
  await docker(['exec', node, 'rm', file]);
  const [archive] = copied.values();
  if (archive === undefined) throw new Error(`${node} exported nothing`);
  return unpacked(archive);
}

async function outputOf(argv: readonly string[]): Promise<Buffer> {
  const { stdout } = await execa('docker', argv, { encoding: 'buffer', stdin: 'ignore' });
  return Buffer.from(stdout);
}

async function unpacked(archive: Buffer): Promise<Entries> {
  const entries: Entries = new Map();
  const tar = extract();
  tar.on('entry', (header, content, next) => {
    void buffer(content as unknown as Readable).then((bytes) => {
      if (header.type === 'file') entries.set(header.name, bytes);
      next();
    });
  });
  await pipeline(Readable.from([archive]), tar);
  return entries;
}

/**
 * An archive as Docker's containerd store writes it: its index names two platforms, of which it has one (kind#3795).
 * Its name is the standard's annotation, and not in the form that the kubelet asks for.
 */
export async function withAbsentPlatform(entries: Entries, name: string): Promise<Buffer> {
  const index = JSON.parse(String(entries.get('index.json'))) as { manifests: Descriptor[] };
  const [manifest] = index.manifests;
  if (manifest === undefined) throw new Error('the archive is empty');
  const { mediaType, digest, size } = manifest;
  const config = JSON.parse(String(entries.get(`blobs/${digest.replace(':', '/')}`))) as { config: Descriptor };
  const { architecture } = JSON.parse(String(entries.get(`blobs/${config.config.digest.replace(':', '/')}`))) as { architecture: string };
  const other = architecture === 'arm64' ? 'amd64' : 'arm64';
  const multi = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { mediaType, digest, size, platform: { os: 'linux', architecture } },
      { mediaType, digest: `sha256:${'a'.repeat(64)}`, size: 400, platform: { os: 'linux', architecture: other } },
    ],
  }));
  const hex = createHash('sha256').update(multi).digest('hex');
  const target = { mediaType: 'application/vnd.oci.image.index.v1+json', digest: `sha256:${hex}`, size: multi.length, annotations: { 'org.opencontainers.image.ref.name': name } };
  const files = new Map([...entries].filter(([path]) => path !== 'manifest.json'));
  files.set(`blobs/sha256/${hex}`, multi);
  files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [target] })));
  return tarOf([...files].map(([name, content]) => ({ name, content })));
}
