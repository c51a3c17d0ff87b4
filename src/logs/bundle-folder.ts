import { chmod, mkdir, readdir, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { KindboxError } from '../errors/index.js';
import { makeFolder } from '../files/folder.js';
import { fileTrouble, lstatIfThere, openNewFile } from '../files/private-file.js';

/** A folder that only its owner reads, with files that only its owner reads. */
export class BundleFolder {
  readonly #made = new Set<string>();

  private constructor(readonly path: string, private readonly existed: boolean) {}

  /** @throws KindboxError conflict when something is there already, usage when it cannot be made. */
  static async create(folder: string): Promise<BundleFolder> {
    const absolute = path.resolve(folder);
    try {
      const existed = await isEmptyFolderOfOurs(absolute);
      if (existed) await chmod(absolute, 0o700);
      else await mkdir(absolute, { mode: 0o700 });
      return new BundleFolder(absolute, existed);
    } catch (error) {
      if (error instanceof KindboxError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw new KindboxError(`The folder ${absolute} cannot be made`, {
        reason: 'usage', because: code === 'ENOENT' ? 'The folder that it would be in does not exist.' : fileTrouble(error),
        next: ['Name another folder with --output'], cause: error,
      });
    }
  }

  /** `name` is relative, of segments made by `safeSegment`. */
  async newFile(name: string): Promise<FileHandle> {
    await this.#makeFolders(path.dirname(name));
    return openNewFile(path.join(this.path, name));
  }

  async write(name: string, text: string): Promise<number> {
    const file = await this.newFile(name);
    try {
      await file.writeFile(text);
      return Buffer.byteLength(text);
    } finally {
      await file.close();
    }
  }

  async removeFile(name: string): Promise<void> {
    await rm(path.join(this.path, name), { force: true });
  }

  /** Takes back all that was written. */
  async remove(): Promise<void> {
    if (!this.existed) return rm(this.path, { recursive: true, force: true });
    const entries = await readdir(this.path);
    await Promise.all(entries.map((entry) => rm(path.join(this.path, entry), { recursive: true, force: true })));
  }

  async #makeFolders(name: string): Promise<void> {
    if (name === '.' || this.#made.has(name)) return;
    await this.#makeFolders(path.dirname(name));
    await makeFolder(path.join(this.path, name));
    this.#made.add(name);
  }
}

/** What a name becomes as a part of a path: names of containers and pods are hostile until proven otherwise. */
export function safeSegment(name: string): string {
  return name.replace(/[^\w.@+-]/g, '_').replace(/^\.+/, '_').slice(0, 200) || '_';
}

/** False when nothing is there. */
async function isEmptyFolderOfOurs(folder: string): Promise<boolean> {
  const stats = await lstatIfThere(folder);
  if (stats === undefined) return false;
  if (stats.isSymbolicLink()) throw inTheWay(folder, 'It is a symbolic link, which is not followed.');
  if (!stats.isDirectory()) throw inTheWay(folder, 'It is not a folder.');
  // A folder of somebody else's could be exchanged for another while it is written.
  if (process.getuid !== undefined && stats.uid !== process.getuid()) throw inTheWay(folder, 'It belongs to somebody else.');
  if ((await readdir(folder)).length > 0) throw inTheWay(folder, 'It is not empty, and nothing in it is overwritten.');
  return true;
}

function inTheWay(folder: string, because: string): KindboxError {
  return new KindboxError(`${folder} exists already`, { reason: 'conflict', because, next: ['Name another folder with --output'] });
}
