import { lstat, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { userName } from './path.js';

/** What is at the path of a cluster's kubeconfig. Only `ours` may be replaced or removed. */
export type FileOwner = 'absent' | 'ours' | 'foreign';

export async function ownerOf(path: string, cluster: string): Promise<FileOwner> {
  const stats = await lstat(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (stats === undefined) return 'absent';
  if (!stats.isFile()) return 'foreign';
  try {
    const config = parse(await readFile(path, 'utf8'), { logLevel: 'silent' }) as { users?: { name?: unknown }[] } | null;
    const users = config?.users ?? [];
    return users.length === 1 && users[0]?.name === userName(cluster) ? 'ours' : 'foreign';
  } catch {
    return 'foreign';
  }
}
