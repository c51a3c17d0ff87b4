import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { runInBuilder } from '../support/builder.js';
import { docker, dockerLines } from '../support/docker.js';

const MODULE = 'github.com/flannel-io/flannel@v0.28.4';
const CNI_PLUGIN_SOURCE = fileURLToPath(new URL('cni-plugin-image/', import.meta.url));

/** flannel's manifest as flannel publishes it, with which document 003 makes the network of pods; from its Go module. */
export async function publishedManifest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kindbox-bench-flannel-'));
  try {
    const file = join(folder, 'kube-flannel.yml');
    await runInBuilder({ argv: ['go', 'mod', 'download', MODULE], take: [[`/cache/mod/${MODULE}/Documentation/kube-flannel.yml`, file]] });
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Docker's store has the image of flannel's CNI plugin while `use` runs: a published one that is there, or one of the plugin in
 * `nodeImage` and a `cp`, as no registry may be within reach. @param name as the manifest has it
 */
export async function withCniPluginImage<T>(name: string, nodeImage: string, use: () => Promise<T>): Promise<T> {
  if ((await dockerLines(['image', 'ls', '--quiet', name])).length > 0) return use();
  const rootfs = await mkdtemp(join(tmpdir(), 'kindbox-bench-cni-plugin-'));
  try {
    await mkdir(join(rootfs, 'bin'));
    await runInBuilder({
      argv: ['go', 'build', '-C', '/cp', '-o', '/out/cp', '.'], variables: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
      give: [[`${CNI_PLUGIN_SOURCE}.`, '/cp']], take: [['/out/cp', join(rootfs, 'bin', 'cp')]],
    });
    const container = await docker(['create', nodeImage]);
    await docker(['cp', `${container}:/opt/cni/bin/flannel`, join(rootfs, 'flannel')]).finally(() => docker(['rm', '--volumes', container]));
    for (const path of [rootfs, join(rootfs, 'bin')]) await chmod(path, 0o755);
    const archive = execa('tar', ['--create', '--directory', rootfs, '--owner=0', '--group=0', '.'], { encoding: 'buffer', buffer: false });
    await archive.pipe('docker', ['import', '-', name]);
  } finally {
    await rm(rootfs, { recursive: true, force: true });
  }
  try {
    return await use();
  } finally {
    await docker(['image', 'rm', name]);
  }
}
