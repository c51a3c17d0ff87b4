import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Document } from 'yaml';
import { KindboxError } from '../errors/index.js';
import type { KubeconfigEntries } from './convert.js';
import { addEntries, ForeignEntryError, hasEntries, parseKubeconfig, removeEntries } from './entries-of-file.js';
import { ensureFolder } from '../files/folder.js';
import { fileTrouble, replaceUsersFile } from '../files/private-file.js';
import { withKubeconfigLock } from './lock.js';
import type { Environment } from './path.js';
import { fileToMergeInto, userFiles } from './user-file.js';

/** What others wrote should differ by our entries alone. */
const KUBECTL_STYLE = { lineWidth: 0, indentSeq: false, flowCollectionPadding: false };

/**
 * Puts a cluster into the user's own kubeconfig and makes it current if asked to; what else is there stays as it is, comments included.
 * @returns the path. @throws KindboxError partial: the cluster is not worth less for it.
 */
export async function mergeKubeconfig(entries: KubeconfigEntries, switchContext: boolean, environment: Environment, signal: AbortSignal): Promise<string> {
  const path = await fileToMergeInto(environment);
  await explaining(path, entries.clusters.name, async () => {
    await ensureFolder(dirname(path));
    await withKubeconfigLock(path, signal, async () => {
      const document = parseKubeconfig(await readIfThere(path) ?? '');
      addEntries(document, entries, switchContext);
      await save(path, document);
    });
  });
  return path;
}

/** Takes a cluster out of all files that kubectl reads. @returns those that had it. @throws KindboxError partial. */
export async function unmergeKubeconfig(cluster: string, environment: Environment, signal: AbortSignal): Promise<string[]> {
  return changeMerged(cluster, environment, signal, (document) => removeEntries(document, cluster));
}

/** Replaces the entries of a cluster wherever they were merged. @throws KindboxError partial. */
export async function updateMerged(entries: KubeconfigEntries, environment: Environment, signal: AbortSignal): Promise<void> {
  const cluster = entries.clusters.name;
  await changeMerged(cluster, environment, signal, (document) => {
    if (!hasEntries(document, cluster)) return false;
    addEntries(document, entries, false);
    return true;
  });
}

async function changeMerged(cluster: string, environment: Environment, signal: AbortSignal, change: (document: Document) => boolean): Promise<string[]> {
  const changed: string[] = [];
  for (const path of userFiles(environment)) {
    const before = await readIfThere(path).catch(() => undefined);
    // Most files do not have it: they need neither a lock nor to be understood.
    if (before === undefined || !before.includes('dev.kindbox')) continue;
    await explaining(path, cluster, () => withKubeconfigLock(path, signal, async () => {
      const document = parseKubeconfig(await readIfThere(path) ?? '');
      if (!change(document)) return;
      await save(path, document);
      changed.push(path);
    }));
  }
  return changed;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Atomic, synced; the mode and owner of a file that was there stay, and a link to one is followed, as kubectl does. */
async function save(path: string, document: Document): Promise<void> {
  await replaceUsersFile(path, document.toString(KUBECTL_STYLE));
}

async function explaining(path: string, cluster: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof KindboxError || (error as Error).name === 'AbortError') throw error;
    throw new KindboxError(`The kubeconfig ${path} was not changed`, {
      reason: 'partial', because: fileTrouble(error, `In that file, ${(error as Error).message}.`),
      next: error instanceof ForeignEntryError
        ? [`kubectl config get-contexts`, `kindbox kubeconfig get ${cluster} > kubeconfig`]
        : [`kindbox kubeconfig merge ${cluster}`, `kindbox kubeconfig get ${cluster} > kubeconfig`],
    });
  }
}
