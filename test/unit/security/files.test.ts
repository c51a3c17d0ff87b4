import { jest } from '@jest/globals';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceUsersFile, writePrivateFile } from '../../../src/files/private-file.js';
import { BundleFolder } from '../../../src/logs/bundle-folder.js';
import { createRenderer } from '../../../src/ui/progress/select.js';
import { capturedStream } from '../ui/captured-stream.js';

let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-files-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777;

async function trace(path: string): Promise<string> {
  const stream = capturedStream();
  const renderer = await createRenderer({ progress: 'quiet', trace: path }, stream, {});
  renderer.handle({ type: 'step', id: 'a', stage: 'a', title: 'A', status: 'done', at: 1, durationMs: 1 });
  await renderer.stop();
  return stream.text();
}

describe('files of ours', () => {
  test('are for their owner alone, whatever was there and whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      await writeFile(at('there'), 'old', { mode: 0o666 });
      await writePrivateFile(at('there'), 'new');
      await writePrivateFile(at('fresh'), 'new');
      await trace(at('trace.json'));
    } finally {
      process.umask(umask);
    }
    for (const name of ['there', 'fresh', 'trace.json']) expect([name, await modeOf(at(name))]).toEqual([name, 0o600]);
    expect((await readdir(folder)).sort()).toEqual(['fresh', 'there', 'trace.json']);
  });

  test.each(['of a file', 'of nothing'])('are not written through a planted link %s', async (what) => {
    if (what === 'of a file') await writeFile(at('victim'), 'precious');
    await symlink(at('victim'), at('trace.json'));
    expect(await trace(at('trace.json'))).toMatch(/symbolic link, which is not followed/);
    expect(await readlink(at('trace.json'))).toBe(at('victim'));
    if (what === 'of a file') expect(await readFile(at('victim'), 'utf8')).toBe('precious');
    expect((await readdir(folder)).sort()).toEqual(what === 'of a file' ? ['trace.json', 'victim'] : ['trace.json']);
  });

  test('never take the place of a folder or a device', async () => {
    await mkdir(at('folder'));
    await expect(writePrivateFile(at('folder'), 'x')).rejects.toThrow(/is not a file/);
    await expect(writePrivateFile('/dev/null', 'x')).rejects.toThrow(/is not a file/);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('leave nothing half-written where the folder cannot be written', async () => {
    await expect(writePrivateFile(at('absent/x'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('in a bundle of logs: a planted link is no place for a file', async () => {
    const bundle = await BundleFolder.create(at('bundle'));
    await writeFile(at('victim'), 'precious');
    await symlink(at('victim'), at('bundle/index.json'));
    await expect(bundle.write('index.json', 'x')).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(at('victim'), 'utf8')).toBe('precious');
  });
});

describe("a file of the user's, such as the kubeconfig", () => {
  test('keeps its mode, and a link to it stays a link, as with kubectl', async () => {
    await writeFile(at('real'), 'old');
    await chmod(at('real'), 0o640);
    await symlink('real', at('config'));
    await replaceUsersFile(at('config'), 'new');
    expect(await readlink(at('config'))).toBe('real');
    expect([await readFile(at('real'), 'utf8'), await modeOf(at('real'))]).toEqual(['new', 0o640]);
  });

  test('is for its owner alone when it is made', async () => {
    await replaceUsersFile(at('config'), 'new');
    expect(await modeOf(at('config'))).toBe(0o600);
  });

  test('is not one that somebody else has put into a folder that all can write to', async () => {
    await mkdir(at('tmp'));
    await chmod(at('tmp'), 0o1777);
    await writeFile(at('tmp/config'), 'theirs');
    await writeFile(at('victim'), 'precious');
    await symlink(at('victim'), at('tmp/link'));
    const own = jest.spyOn(process, 'getuid').mockReturnValue((process.getuid?.() ?? 0) + 1);
    try {
      for (const name of ['config', 'link']) await expect(replaceUsersFile(at(`tmp/${name}`), 'secret')).rejects.toThrow(/belongs to somebody else/);
    } finally {
      own.mockRestore();
    }
    expect([await readFile(at('tmp/config'), 'utf8'), await readFile(at('victim'), 'utf8')]).toEqual(['theirs', 'precious']);
  });
});
