import { lstat, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { isTooDeep } from '../config/yaml-limits.js';
import { userName } from './path.js';

/** Bytes; ours have ten thousand. */
const LARGEST = 1_000_000;

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
    if (stats.size > LARGEST) return 'foreign';
    const text = await readFile(path, 'utf8');
    const config = (isTooDeep(text) ? null : parse(text, { logLevel: 'silent' })) as { users?: { name?: unknown }[] } | null;
    const users = config?.users ?? [];
    return users.length === 1 && users[0]?.name === userName(cluster) ? 'ours' : 'foreign';
  } catch {
    return 'foreign';
  }
}
