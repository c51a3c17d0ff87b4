import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { docker, dockerLines } from './docker.js';

const SOURCE = fileURLToPath(new URL('probe-image/', import.meta.url));
const REPOSITORY = 'kindbox-test/probe';

/** The image of the tests' pods, made once for each version of its source. @returns its reference */
export async function ensureProbeImage(): Promise<string> {
  const reference = `${REPOSITORY}:${await sourceDigest()}`;
  if ((await dockerLines(['image', 'ls', '--quiet', reference])).length === 0) await build(reference);
  return reference;
}

/** Puts the image into the nodes' containerd, where pods find it under the returned name. */
export async function loadProbeImage(nodes: readonly string[]): Promise<string> {
  const reference = await ensureProbeImage();
  await Promise.all(nodes.map(async (node) => {
    const archive = execa('docker', ['save', reference], { encoding: 'buffer', buffer: false });
    await archive.pipe('docker', ['exec', '--interactive', node, 'ctr', '--namespace', 'k8s.io', 'images', 'import', '-']);
  }));
  return `docker.io/${reference}`;
}

async function build(reference: string): Promise<void> {
  const container = await docker([
    'create', '--network', 'none', '--workdir', '/probe', '--env', 'CGO_ENABLED=0', '--env', 'GOTOOLCHAIN=local', '--env', 'GOFLAGS=-buildvcs=false',
    '--env', 'GOCACHE=/tmp/go-cache', await builderImage(), 'go', 'build', '-trimpath', '-o', '/image/probe', '.',
  ]);
  try {
    await docker(['cp', `${SOURCE}.`, `${container}:/probe`]);
    await docker(['start', '--attach', container]);
    const rootfs = execa('docker', ['cp', `${container}:/image/probe`, '-'], { encoding: 'buffer', buffer: false });
    await rootfs.pipe('docker', ['import', '--change', 'ENTRYPOINT ["/probe"]', '-', reference]);
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
  }
}

/** The compiler that building the node image has left behind. */
export async function builderImage(): Promise<string> {
  const [image] = await dockerLines(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'kindbox/builder']);
  if (image === undefined) throw new Error('There is no image kindbox/builder: `kindbox image build` makes it.');
  return image;
}

async function sourceDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(SOURCE)).sort()) hash.update(`\0${name}\0`).update(await readFile(join(SOURCE, name)));
  return hash.digest('hex').slice(0, 12);
}
