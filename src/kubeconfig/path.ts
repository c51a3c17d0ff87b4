import { join } from 'node:path';
import { KindboxError } from '../errors/index.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `~/.kube/NAME-config`. @throws KindboxError partial when there is no home directory to put it in. */
export function kubeconfigPath(cluster: string, environment: Environment): string {
  const path = kubeconfigPathIfAny(cluster, environment);
  if (path !== undefined) return path;
  throw new KindboxError('HOME is not set: there is no place for the kubeconfig', {
    reason: 'partial', next: [`kindbox kubeconfig get ${cluster} > kubeconfig`],
  });
}

/** The same; undefined when there is no home directory. */
export function kubeconfigPathIfAny(cluster: string, environment: Environment): string | undefined {
  return inKubeFolder(`${cluster}-config`, environment);
}

/** `~/.kube/FILE`; undefined when there is no home directory. */
export function inKubeFolder(file: string, environment: Environment): string | undefined {
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  return home === undefined || home === '' ? undefined : join(home, '.kube', file);
}

export function contextName(cluster: string): string {
  return `kubernetes-admin@${cluster}`;
}

export function userName(cluster: string): string {
  return `kubernetes-admin-${cluster}`;
}
