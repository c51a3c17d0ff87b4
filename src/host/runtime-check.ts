import { KindboxError } from '../errors/index.js';
import type { HostDescription } from '../provider/host-description.js';

/** Sysbox gives a container everything that a node needs by itself. */
export const SYSBOX_RUNTIME = 'sysbox-runc';

/** @throws KindboxError host, with both ways out. Never falls back by itself: the difference is the isolation. */
export function requireRuntime(host: HostDescription, runtime: string): void {
  const missing = missingRuntime(host, runtime);
  if (missing !== undefined) throw missing;
}

export function missingRuntime(host: HostDescription, runtime: string): KindboxError | undefined {
  if (host.runtimes.includes(runtime)) return undefined;
  const registered = host.runtimes.filter((name) => !name.startsWith('io.containerd.')).join(', ');
  if (runtime !== SYSBOX_RUNTIME) {
    return new KindboxError(`The runtime ${runtime} is not registered with ${host.engine}`, {
      reason: 'host', because: `Registered are: ${registered}.`, next: ['Choose one of them with --runtime'],
    });
  }
  return new KindboxError(`The runtime ${SYSBOX_RUNTIME} is not registered with ${host.engine}`, {
    reason: 'host',
    because: `Sysbox isolates the nodes from the host, and is not installed (registered are: ${registered}).`,
    next: [
      'Install Sysbox 0.7 or later: https://github.com/nestybox/sysbox#installing-sysbox',
      'Or add --runtime=runc (or set KINDBOX_RUNTIME=runc): works anywhere, but root in a node is then root on the host',
    ],
  });
}

/** Undefined with Sysbox. */
export function isolationWarning(runtime: string): string | undefined {
  if (runtime === SYSBOX_RUNTIME) return undefined;
  return `With the runtime ${runtime} the nodes are not isolated: root in a node is root on the host. Sysbox isolates them.`;
}
