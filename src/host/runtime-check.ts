import { KindboxError } from '../errors/index.js';
import type { HostDescription } from '../provider/host-description.js';

export const SYSBOX_RUNTIME = 'sysbox-runc';

/** @throws KindboxError host, with both ways out. Never falls back by itself: the difference is the isolation. */
export function requireRuntime(host: HostDescription, runtime: string): void {
  if (host.runtimes.includes(runtime)) return;
  const registered = host.runtimes.filter((name) => !name.startsWith('io.containerd.')).join(', ');
  if (runtime !== SYSBOX_RUNTIME) {
    throw new KindboxError(`The runtime ${runtime} is not registered with ${host.engine}`, {
      reason: 'host', because: `Registered are: ${registered}.`, next: ['Choose one of them with --runtime'],
    });
  }
  throw new KindboxError(`The runtime ${SYSBOX_RUNTIME} is not registered with ${host.engine}`, {
    reason: 'host',
    because: `Sysbox isolates the nodes from the host, and is not installed (registered are: ${registered}).`,
    next: [
      'Install Sysbox 0.7 or later: https://github.com/nestybox/sysbox#installing-sysbox',
      'Or add --runtime=runc (or set KINDBOX_RUNTIME=runc): works anywhere, but root in a node is then root on the host',
    ],
  });
}

/** Warnings that a user should see once for each create, before it begins. */
export function hostWarnings(host: HostDescription, runtime: string, kubernetesVersion: string): string[] {
  const warnings: string[] = [];
  if (runtime !== SYSBOX_RUNTIME) {
    warnings.push(`With the runtime ${runtime} the nodes are not isolated: root in a node is root on the host. Sysbox isolates them.`);
  }
  if (host.cgroupVersion === 1) {
    warnings.push(`The host has cgroup v1, which Kubernetes has deprecated: kubelet ${kubernetesVersion} is told to run all the same (failCgroupV1: false).`);
  }
  return warnings;
}
