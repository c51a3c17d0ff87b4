import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder of the user's, and those above it. Node's own recursive mkdir never ends where a file system answers
 * ENOENT whatever is to be made, as below /proc and in folders of an automounter. @throws what the file system says.
 */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    await ensureFolder(parent);
    await makeFolder(path);
  }
}

/** Makes one folder that only its owner reads. One that is there is left as it is. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
