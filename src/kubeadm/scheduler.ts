import type { JsonObject } from './merge-patch.js';
import type { KubeadmPatch } from './patches.js';
import { isAtLeast } from './version.js';
import { yamlDocuments } from './yaml-documents.js';

/** Where the control plane has what `schedulerConfig` says. */
export const SCHEDULER_FILE = '/etc/kubernetes/kindbox-scheduler.yaml';

export interface SchedulerCircumstances {
  readonly kubernetesVersion: string;
  readonly patches?: readonly KubeadmPatch[] | undefined;
}

/**
 * The scheduler's configuration file. It fills its caches when it is elected. By default it does so at once, which is before
 * the API server has the roles that allow it: each of its twenty watches then waits for a back-off of its own that doubles,
 * and no pod is scheduled before the last of them, one to three seconds after everything else. No switch of the command line says it.
 * @returns undefined where it cannot be said (kubernetes#115754: since 1.28), or where a patch of the user's has settings of the scheduler:
 * a configuration file overrules several of them.
 */
export function schedulerConfig({ kubernetesVersion, patches = [] }: SchedulerCircumstances): string | undefined {
  if (!isAtLeast(kubernetesVersion, '1.28.0') || patches.some(({ body }) => body['scheduler'] !== undefined)) return undefined;
  return yamlDocuments([{
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: '/etc/kubernetes/scheduler.conf' },
    delayCacheUntilActive: true,
  }]);
}

/** What has the scheduler read that file. */
export const READS_SCHEDULER_FILE = {
  extraArgs: { config: SCHEDULER_FILE },
  extraVolumes: [{ name: 'kindbox-config', hostPath: SCHEDULER_FILE, mountPath: SCHEDULER_FILE, readOnly: true, pathType: 'File' }],
} as const satisfies JsonObject;
