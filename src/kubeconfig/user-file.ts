import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { KindboxError } from '../errors/index.js';
import type { Environment } from './path.js';

/** The files that kubectl reads: those of KUBECONFIG, else `~/.kube/config`. */
export function userFiles(environment: Environment): string[] {
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 0) return [...new Set(named)];
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  return home === undefined || home === '' ? [] : [join(home, '.kube', 'config')];
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
