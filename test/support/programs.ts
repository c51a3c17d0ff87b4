import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { readSourceTree } from '../../src/images/build/source-tree.js';
import { runInBuilder } from './builder.js';
import { CACHE } from './cache.js';
import { dockerLines } from './docker.js';

const SOURCE = fileURLToPath(new URL('programs/', import.meta.url));
const TRAEFIK = 'kindbox-test/traefik';

/** Path of Helm, as on the machine of who uses a cluster. */
export async function ensureHelm(): Promise<string> {
  return join(await ensurePrograms(), 'helm');
}

/** The ingress controller as an image of Docker's. @returns its reference */
export async function ensureTraefikImage(): Promise<string> {
  const reference = `${TRAEFIK}:${await sourceDigest()}`;
  if ((await dockerLines(['image', 'ls', '--quiet', reference])).length === 0) {
    const rootfs = execa('tar', ['--create', '--directory', await ensurePrograms(), 'traefik'], { encoding: 'buffer', buffer: false });
    await rootfs.pipe('docker', ['import', '--change', 'ENTRYPOINT ["/traefik"]', '-', reference]);
  }
  return reference;
}

/** Compiles all programs, once for each version of what they are made of. @returns the folder */
async function ensurePrograms(): Promise<string> {
  const folder = join(CACHE, `programs-${await sourceDigest()}`);
  try {
    await access(folder);
  } catch {
    await mkdir(CACHE, { recursive: true });
    const unfinished = `${folder}.${process.pid}`;
    await rm(unfinished, { recursive: true, force: true });
    await runInBuilder({ argv: ['/programs/compile.sh', '/out'], give: [[SOURCE, '/programs']], take: [['/out', unfinished]] });
    await rename(unfinished, folder);
  }
  return folder;
}

async function sourceDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, content } of await readSourceTree(SOURCE)) hash.update(`\0${path}\0`).update(content);
  return hash.digest('hex').slice(0, 12);
}
