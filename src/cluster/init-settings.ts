import type { InitSettings } from '../kubeadm/init-config.js';
import type { RegistrationSettings } from '../kubeadm/node-registration.js';
import type { Customization } from './customization.js';
import type { ClusterOperation } from './operations.js';

export interface InitCircumstances {
  readonly cluster: string;
  readonly registration: RegistrationSettings;
  /** Secret, or what stands for it in a script. */
  readonly token: string;
  readonly cgroupVersion: 1 | 2;
  /** Or what stands for it in a script. */
  readonly oomScoreAdj: number | string | undefined;
  /** Milliseconds for each wait. */
  readonly waitMs: number;
  readonly customization: Customization;
}

/** What kubeadm init is told, whether the engine runs it or a person does. */
export function initSettings(
  { id, kind, group, title, needs, after, tolerant, node, registration: _unresolved, ...settings }: Extract<ClusterOperation, { kind: 'init-control-plane' }>,
  { cluster, registration, token, cgroupVersion, oomScoreAdj, waitMs, customization }: InitCircumstances,
): InitSettings {
  return { ...settings, ...registration, clusterName: cluster, token, cgroupVersion, oomScoreAdj, waitMs, patches: customization.init };
}
