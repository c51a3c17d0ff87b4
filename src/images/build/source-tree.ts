import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

export interface SourceEntry {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
  /** A file's bytes, or where a link points. */
  readonly content: Buffer;
}

/** All files below a folder, sorted by path whatever the file system or the locale. */
export async function readSourceTree(folder: string): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  const visit = async (below: string): Promise<void> => {
    for (const name of await readdir(join(folder, below))) {
      const path = below === '' ? name : `${below}/${name}`;
      const absolute = join(folder, path);
      const status = await lstat(absolute);
      if (status.isDirectory()) await visit(path);
      else if (status.isSymbolicLink()) {
        entries.push({ path, kind: 'link', executable: false, content: Buffer.from(await readlink(absolute)) });
      } else {
        entries.push({ path, kind: 'file', executable: (status.mode & 0o100) !== 0, content: await readFile(absolute) });
      }
    }
  };
  await visit('');
  return sorted(entries);
}

/** The entries below a folder of the tree, with paths relative to that folder. */
export function subtree(entries: readonly SourceEntry[], folder: string): SourceEntry[] {
  const prefix = `${folder}/`;
  return entries.flatMap((entry) => (entry.path.startsWith(prefix) ? { ...entry, path: entry.path.slice(prefix.length) } : []));
}

export function withoutSubtree(entries: readonly SourceEntry[], folder: string): SourceEntry[] {
  return entries.filter((entry) => !entry.path.startsWith(`${folder}/`));
}

/** Of entries in any order, and of settings: the same for the same content, on every machine. */
export function hashOf(entries: readonly SourceEntry[], settings: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  // Lengths before contents: no two different inputs may run into the same bytes.
  const add = (...parts: (string | Buffer)[]): void => {
    for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  for (const name of Object.keys(settings).sort()) add('setting', name, settings[name] ?? '');
  for (const entry of sorted(entries)) add(entry.kind, entry.path, entry.executable ? 'x' : '-', entry.content);
  return hash.digest('hex');
}

/** With nothing in it that differs between two machines, so that Docker's own build cache holds. */
export async function tarOf(entries: readonly SourceEntry[]): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  for (const { path, kind, executable, content } of entries) {
    const header = { name: path, mtime: new Date(0), uid: 0, gid: 0, mode: executable || kind === 'link' ? 0o755 : 0o644 };
    if (kind === 'link') tar.entry({ ...header, type: 'symlink', linkname: content.toString() });
    else tar.entry(header, content);
  }
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}

function sorted(entries: readonly SourceEntry[]): SourceEntry[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
