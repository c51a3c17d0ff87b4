import { access } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { KindboxError } from '../errors/index.js';
import { inKubeFolder, type Environment } from './path.js';

/** The files that kubectl reads: those of KUBECONFIG, else `~/.kube/config`. */
export function userFiles(environment: Environment): string[] {
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 0) return [...new Set(named)];
  const usual = inKubeFolder('config', environment);
  return usual === undefined ? [] : [usual];
}

/**
 * The file that kubectl would write a new entry into: the first that exists, else the last.
 * Source: client-go's PathOptions.GetDefaultFilename. @throws KindboxError partial when there is no home directory.
 */
export async function fileToMergeInto(environment: Environment): Promise<string> {
  const files = userFiles(environment);
  for (const path of files) {
    if (await access(path).then(() => true, () => false)) return path;
  }
  const last = files.at(-1);
  if (last !== undefined) return last;
  throw new KindboxError('HOME is not set: there is no kubeconfig to merge into', {
    reason: 'partial', next: ['Set HOME, or KUBECONFIG to a path'],
  });
}
