import { isAtLeast } from '../kubeadm/version.js';
import { HOLDS_CONTROLLERS } from '../kubernetes/held-controllers.js';
import { operationId as id } from '../plan/operation.js';
import type { ClusterOperation } from './operations.js';
import type { CreateOptions } from './options.js';

/** Whose programs make what they made when its image was built. */
export function isUsualControlPlane({ featureGates = {}, runtimeConfig = {}, kubeadmConfigPatches = [], controlPlane }: CreateOptions): boolean {
  return [Object.keys(featureGates), Object.keys(runtimeConfig), kubeadmConfigPatches, controlPlane?.kubeadmConfigPatches ?? []].every(({ length }) => length === 0);
}

export function firstObjects(master: string, kubernetesVersion: string): ClusterOperation[] {
  return [
    {
      kind: 'make-first-objects', id: id('make-first-objects', master), group: 'master', title: `Making the roles of Kubernetes on ${master} ...`,
      needs: [id('fetch-credentials', master)], node: master,
    },
    ...(isAtLeast(kubernetesVersion, HOLDS_CONTROLLERS)
      ? [{
          kind: 'start-controllers', id: id('start-controllers', master), group: 'master', title: `Starting the controllers on ${master} ...`,
          needs: [id('fetch-credentials', master)], node: master,
        } satisfies ClusterOperation]
      : []),
  ];
}
