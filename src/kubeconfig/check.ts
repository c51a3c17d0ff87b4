import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { KubeconfigEntries } from './convert.js';
import { hasEntries, parseKubeconfig } from './entries-of-file.js';
import { ownerOf } from './own-file.js';
import { kubeconfigPathIfAny, type Environment } from './path.js';
import { userFiles } from './user-file.js';

/** stale: one of the files that know the cluster has another address or other credentials. foreign: something else has the place of its file. */
export type KubeconfigState = 'current' | 'stale' | 'missing' | 'foreign';

/** Whether the kubeconfigs of this user lead to a cluster; undefined when he has no place for any. Changes nothing, and minds no file that it cannot read. */
export async function checkKubeconfig(entries: KubeconfigEntries, environment: Environment): Promise<KubeconfigState | undefined> {
  const cluster = entries.clusters.name;
  const own = kubeconfigPathIfAny(cluster, environment);
  const owner = own === undefined ? 'absent' : await ownerOf(own, cluster).catch(() => 'absent' as const);
  const ofUser = userFiles(environment);
  const [separate, ...others] = await Promise.all([owner === 'ours' ? own : undefined, ...ofUser].map(readIfThere));
  const known = [...(owner === 'ours' ? [separate ?? ''] : []), ...others.filter((text) => mentions(text, cluster))];
  if (known.length > 0) return known.every((text) => agrees(text, entries)) ? 'current' : 'stale';
  if (owner === 'foreign') return 'foreign';
  return own === undefined && ofUser.length === 0 ? undefined : 'missing';
}

async function readIfThere(path: string | undefined): Promise<string> {
  return path === undefined ? '' : readFile(path, 'utf8').catch(() => '');
}

function mentions(text: string, cluster: string): boolean {
  if (!text.includes('dev.kindbox')) return false;
  try {
    return hasEntries(parseKubeconfig(text), cluster);
  } catch {
    return false;
  }
}

function agrees(text: string, entries: KubeconfigEntries): boolean {
  try {
    const config = parse(text, { logLevel: 'silent' }) as Partial<Record<string, { readonly name?: unknown }[]>> | null;
    return contains(config?.['clusters'], entries.clusters, 'cluster') && contains(config?.['users'], entries.users, 'user');
  } catch {
    return false;
  }
}

/** Whether a list has an entry of that name with all these fields; it may have more. */
function contains(list: readonly { readonly name?: unknown }[] | undefined, wanted: { readonly name: string }, field: string): boolean {
  const found = (list ?? []).find(({ name }) => name === wanted.name) as Record<string, Record<string, unknown> | undefined> | undefined;
  const fields = (wanted as unknown as Record<string, Record<string, string>>)[field] ?? {};
  return Object.entries(fields).every(([name, value]) => found?.[field]?.[name] === value);
}
