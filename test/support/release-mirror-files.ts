import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { docker } from './docker.js';

export interface ReleasedVersions {
  readonly kubernetes: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
  readonly flannelCniPlugin: string;
}

/** Writes the programs of a node image into a folder, as and where their projects publish them. */
export async function writeReleaseFiles(folder: string, image: string, versions: ReleasedVersions, architecture: string): Promise<void> {
  const programs = join(folder, 'programs');
  await copyFromImage(image, ['/usr/local/bin', '/opt/cni/bin'], programs);
  await rename(join(programs, '0'), join(programs, 'bin'));
  await rename(join(programs, '1'), join(programs, 'cni'));

  const kubernetes = join(folder, 'release', versions.kubernetes, 'bin', 'linux', architecture);
  await mkdir(kubernetes, { recursive: true });
  for (const program of ['kubeadm', 'kubelet', 'kubectl']) {
    await rename(join(programs, 'bin', program), join(kubernetes, program));
    // This project alone publishes the checksum without a name.
    await writeFile(join(kubernetes, `${program}.sha256`), await checksumOf(join(kubernetes, program)));
  }

  const runc = await released(folder, 'opencontainers/runc', versions.runc, `runc.${architecture}`);
  await rename(join(programs, 'bin', 'runc'), runc);
  await publishRunc(runc);

  const plugin = join(programs, 'plugin');
  await mkdir(plugin);
  await rename(join(programs, 'cni', 'flannel'), join(plugin, `flannel-${architecture}`));
  const archives = [
    ['containerd/containerd', versions.containerd, `containerd-${versions.containerd.slice(1)}-linux-${architecture}.tar.gz`, programs, 'bin', 'sha256sum'],
    ['containernetworking/plugins', versions.cniPlugins, `cni-plugins-linux-${architecture}-${versions.cniPlugins}.tgz`, join(programs, 'cni'), '.', 'sha256'],
    ['flannel-io/cni-plugin', versions.flannelCniPlugin, `cni-plugin-flannel-linux-${architecture}-${versions.flannelCniPlugin.split('-')[0]}.tgz`, plugin, '.', 'sha256'],
  ] as const;
  await Promise.all(archives.map(async ([project, version, name, from, members, ending]) => {
    const archive = await released(folder, project, version, name);
    await execa('tar', ['--create', '--use-compress-program=gzip -1', '--file', archive, '--directory', from, members]);
    await writeFile(`${archive}.${ending}`, await checksumLine(archive));
  }));
  await rm(programs, { recursive: true });
}

/** Makes runc a file that no build has downloaded yet: what follows a program's end does not matter to it. */
export async function renewRunc(folder: string, versions: ReleasedVersions, architecture: string): Promise<void> {
  const runc = await released(folder, 'opencontainers/runc', versions.runc, `runc.${architecture}`);
  await appendFile(runc, randomBytes(16));
  await publishRunc(runc);
}

async function publishRunc(runc: string): Promise<void> {
  await writeFile(join(dirname(runc), 'runc.sha256sum'), signed(await checksumLine(runc)));
}

async function copyFromImage(image: string, paths: readonly string[], target: string): Promise<void> {
  await mkdir(target);
  const container = await docker(['create', '--network', 'none', image]);
  try {
    await Promise.all(paths.map((path, index) => docker(['cp', `${container}:${path}`, join(target, String(index))])));
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
  }
}

async function released(folder: string, project: string, version: string, name: string): Promise<string> {
  const releases = join(folder, project, 'releases', 'download', version);
  await mkdir(releases, { recursive: true });
  return join(releases, name);
}

async function checksumLine(file: string): Promise<string> {
  return `${await checksumOf(file)}  ${basename(file)}\n`;
}

async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** As runc's list is, which has the files of all architectures, and the sources. */
function signed(line: string): string {
  const others = `${'0'.repeat(64)}  libseccomp-2.5.6.tar.gz\n${'1'.repeat(64)}  runc.other\n`;
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${others}${line}-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAdFiEE\n-----END PGP SIGNATURE-----\n`;
}
