import type { NodeRegistration } from '../cluster/node-plan.js';
import type { RegistrationSettings } from '../kubeadm/node-registration.js';
import { reservation } from '../nodes/capacity.js';
import { containerRuntime } from '../nodes/container-runtime.js';
import { LABELS } from '../nodes/labels.js';
import type { ScriptFacts } from './facts.js';

/** The script asks kubeadm for a token when it runs: there is none in it. */
export const TOKEN = { standIn: 'TOKEN-OF-THIS-RUN', expansion: { 'TOKEN-OF-THIS-RUN': '"$token"' } } as const;

/** How a node registers. What its kubelet is going to see of the machine is what the host has. */
export function registrationOf(node: string, { taints, limits }: NodeRegistration, { nodes, host }: ScriptFacts): RegistrationSettings {
  const labels = nodes.get(node)?.labels ?? {};
  const reserved = limits === undefined ? undefined : reservation({ cpus: host.cpus, memoryBytes: host.memoryBytes }, limits);
  return {
    nodeName: node,
    kubernetesVersion: labels[LABELS.kubernetesVersion] ?? '',
    runtime: containerRuntime(labels[LABELS.cri]),
    taints,
    kubeletFlags: reserved === undefined ? {} : { 'system-reserved': reserved },
  };
}
