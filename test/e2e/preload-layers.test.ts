import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PreloadResult } from '../../src/images/preload/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { layeredArchive, type LayerEntry } from '../support/layered-archive.js';
import { filePrefix } from '../support/names.js';
import { imageName, NODE_IMAGE, removeImages } from '../support/node-image.js';

const folder = (name: string, mode = 0o755): LayerEntry => ({ name, type: 'directory', mode });

/** What an upper layer may do to those below it. */
const LOWER: readonly LayerEntry[] = [
  folder('etc/'), { name: 'etc/changed', content: 'old' }, { name: 'etc/deleted', content: 'x' }, { name: 'etc/kept', content: 'kept', mode: 0o4755, uid: 7, gid: 8 },
  folder('emptied/'), { name: 'emptied/old', content: 'x' }, folder('removed/'), { name: 'removed/inner', content: 'x' },
  { name: 'becomes-folder', content: 'x' }, folder('becomes-file/'), { name: 'becomes-file/inner', content: 'x' },
  { name: 'link', type: 'symlink', linkname: '/etc' }, folder('closed/', 0o700),
];
const MIDDLE: readonly LayerEntry[] = [
  { name: 'etc/changed', content: 'new' }, { name: 'etc/.wh.deleted', content: '' }, { name: '.wh.removed', content: '' },
  folder('emptied/'), { name: 'emptied/.wh..wh..opq', content: '' }, { name: 'emptied/new', content: 'new' },
  folder('becomes-folder/'), { name: 'becomes-folder/inner', content: 'inner' }, { name: 'becomes-file', content: 'file' },
];
const UPPER: readonly LayerEntry[] = [
  { name: 'etc/deleted', content: 'again' }, { name: 'etc/hard', type: 'link', linkname: 'etc/kept', mode: 0o4755, uid: 7, gid: 8 }, { name: 'link/through', content: 'stays inside' },
];
const FLAT = `
  becomes-file 644 0:0 file
  becomes-folder 755 0:0
  becomes-folder/inner 644 0:0 inner
  closed 700 0:0
  emptied 755 0:0
  emptied/new 644 0:0 new
  etc 755 0:0
  etc/changed 644 0:0 new
  etc/deleted 644 0:0 again
  etc/hard 4755 7:8 kept
  etc/kept 4755 7:8 kept
  etc/through 644 0:0 stays inside
  link 777 0:0 -> /etc`.trim().split('\n').map((line) => line.trim());

const LIST = `cd "$0"; find . -mindepth 1 | sort | while read -r file; do
  printf '%s %s' "\${file#./}" "$(stat --format '%a %u:%g' "$file")"
  if [ -L "$file" ]; then printf ' -> %s' "$(readlink "$file")"; elif [ -f "$file" ]; then printf ' %s' "$(cat "$file")"; fi; echo
done`;

const home = useKindbox(`${filePrefix}l`);
const made: string[] = [];
afterAll(() => removeImages(made));

/** As it is where the programs were not compiled. */
async function withoutFlattening(): Promise<string> {
  const image = imageName('downloaded');
  made.push(image);
  await execa('docker', ['build', '--tag', image, '-'], { input: `FROM ${NODE_IMAGE}\nRUN ["rm", "--force", "/usr/local/bin/flatten-image"]\n` });
  return image;
}

test.each<[string, () => Promise<string>]>([
  ['compiled', () => Promise.resolve(NODE_IMAGE)], ['downloaded', withoutFlattening],
])('in an image of %s programs, a preloaded image has what its layers make of each other', async (_programs, nodeImage) => {
  const [tag, name] = [imageName('layered'), 'docker.io/kindbox-test/layers:v1'];
  made.push(tag);
  const archive = join(home.kindbox.home, 'layers.tar');
  await writeFile(archive, await layeredArchive(name, [LOWER, MIDDLE, UPPER]));
  const { preloaded } = await home.kindbox.json<PreloadResult>(['image', 'preload', '-t', tag, '--archive', archive, '--from-node', await nodeImage()]);
  expect(preloaded.map((image) => image.name)).toEqual([name]);
  const listed = await docker(['run', '--rm', '--runtime=runc', '--entrypoint=/bin/sh', tag, '-c', LIST, preloaded[0]?.tree ?? '']);
  expect(listed.split('\n')).toEqual(FLAT);
});
