import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildStandin } from '../machine/build-standin.mjs';
import { mustRun } from '../machine/commands.mjs';
import { dockerHost } from '../machine/docker-endpoint.mjs';
import { docker, newestBuilderImage } from '../workspace/docker-cli.mjs';
import { root } from '../workspace/paths.mjs';

/**
 * A tar archive of kindbox as `npm pack` ships it, with the packages that it needs, the scenario and the stand-in for Sysbox.
 * The virtual machine reads it as a disk: it needs neither a network nor a file system that both sides know.
 */
export async function makePayload({ cache, log }) {
  log('Packing kindbox as npm would publish it');
  const folder = mkdtempSync(join(cache, 'payload-'));
  const archive = join(cache, 'payload.tar');
  try {
    const content = join(folder, 'content');
    mkdirSync(content);
    await unpackKindbox(folder, content);
    cpSync(join(root, 'scripts'), join(content, 'scripts'), { recursive: true });
    mkdirSync(join(content, 'standin'));
    const binary = await buildStandin({ builderImage: await newestBuilderImage(), host: dockerHost(), log });
    writeFileSync(join(content, 'standin', 'sysbox-runc'), binary, { mode: 0o755 });
    await mustRun(['tar', '-C', content, '--owner=0', '--group=0', '-cf', archive, '.']);
    return archive;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unpackKindbox(folder, content) {
  const { out } = await mustRun(['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  await mustRun(['tar', '-C', content, '--strip-components=1', '-xzf', join(folder, out.toString().trim().split('\n').at(-1))]);
  // The very versions that are tested here.
  cpSync(join(root, 'package-lock.json'), join(content, 'package-lock.json'));
  await mustRun(['npm', 'ci', '--silent', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: content, show: true });
}

/** `docker save` of the image, kept until the image is another. */
export async function saveImage({ cache, image, log }) {
  const [id] = await docker('image', 'inspect', '--format', '{{.Id}}', image);
  const archive = join(cache, `node-image-${id.replace('sha256:', '').slice(0, 12)}.tar`);
  if (existsSync(archive)) return archive;
  log(`Saving ${image}`);
  const unfinished = `${archive}.new`;
  try {
    await mustRun(['docker', 'save', '--output', unfinished, image]);
    await mustRun(['mv', unfinished, archive]);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return archive;
}
