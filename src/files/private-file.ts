import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Nothing may be at the path: neither a link that leads elsewhere nor a file that somebody else can read. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const WRITABLE_BY_ALL = 0o002;

/** Something is in the way that must not be written through or replaced; `message` says what. */
export class InTheWayError extends Error {}

/** Why a file was not written, for people. @param otherwise for errors that are not the file system's */
export function fileTrouble(error: unknown, otherwise = 'The file system says: unknown error.'): string {
  if (error instanceof InTheWayError) return `${error.message}.`;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || code === '' ? otherwise : `The file system says: ${code}.`;
}

/** A file that only its owner can read, at a path where nothing is. */
export async function openNewFile(path: string): Promise<FileHandle> {
  return open(path, NEW_FILE, 0o600);
}

/** Of what is at the path itself, be it a link; undefined when nothing is. */
export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

/**
 * Writes a file that only its owner can read: atomically, synced. A file that is there is replaced; a symbolic link is
 * neither followed nor replaced, as in a folder like /tmp anybody may have put it there, and nothing else is either.
 * (write-file-atomic follows links, and writes by way of a file whose name can be foretold.)
 * @throws InTheWayError, NodeJS.ErrnoException
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const there = await lstatIfThere(path);
  if (there?.isSymbolicLink()) throw new InTheWayError(`${path} is a symbolic link, which is not followed`);
  if (there !== undefined && !there.isFile()) throw new InTheWayError(`${path} is not a file`);
  await replace(path, content);
}

/**
 * Replaces a file of the user's, or makes one that only its owner can read. Its mode and owner stay; a link to it is
 * followed and stays. What somebody else has put into a folder that everybody can write to is left alone.
 * @throws InTheWayError, NodeJS.ErrnoException
 */
export async function replaceUsersFile(path: string, content: string): Promise<void> {
  await requireOwn(path);
  const target = await realpath(path).catch(() => path);
  if (target !== path) await requireOwn(target);
  await replace(target, content, await lstatIfThere(target));
}

/** A rename that is atomic puts all of the new content in the place of all of the old. */
async function replace(path: string, content: string, like?: Stats): Promise<void> {
  const unfinished = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await openNewFile(unfinished);
  try {
    try {
      await file.writeFile(content);
      if (like !== undefined) {
        // Only root may give a file away; whoever else replaces one gets it.
        await file.chown(like.uid, like.gid).catch(() => undefined);
        await file.chmod(like.mode & 0o7777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function requireOwn(path: string): Promise<void> {
  const [there, folder] = await Promise.all([lstatIfThere(path), lstatIfThere(dirname(path))]);
  const own = process.getuid?.();
  if (there === undefined || folder === undefined || own === undefined) return;
  if ((folder.mode & WRITABLE_BY_ALL) !== 0 && there.uid !== own) throw new InTheWayError(`${path} belongs to somebody else, in a folder that everybody can write to`);
}
