import { join } from 'node:path';
import { KindboxError } from '../errors/index.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `~/.kube/NAME-config`. @throws KindboxError partial when there is no home directory to put it in. */
export function kubeconfigPath(cluster: string, environment: Environment): string {
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  if (home === undefined || home === '') {
    throw new KindboxError('HOME is not set: there is no place for the kubeconfig', {
      reason: 'partial', next: [`kindbox kubeconfig get ${cluster} > kubeconfig`],
    });
  }
  return join(home, '.kube', `${cluster}-config`);
}

export function contextName(cluster: string): string {
  return `kubernetes-admin@${cluster}`;
}

export function userName(cluster: string): string {
  return `kubernetes-admin-${cluster}`;
}
