import { KindboxError } from '../errors/index.js';
import type { NodeSettings } from '../nodes/settings.js';
import { parseLabels, parseTaint } from '../nodes/settings-text.js';
import { validateImageReference, validatePort } from './validate.js';

/** A kubelet and its containerd alone take about 300 MB. */
const LEAST_MEMORY = 512 * 1024 ** 2;
const LEAST_CPUS = 0.1;

/** @throws KindboxError usage. Settings may come from a file or a label: nothing of them is trusted. */
export function validateNodeSettings(settings: NodeSettings): void {
  const { image, labels = {}, taints = [], cpus, memoryBytes, mounts = [], ports = [] } = settings;
  if (image !== undefined) validateImageReference(image);
  parseLabels(Object.entries(labels).map(([key, value]) => `${key}=${value}`));
  taints.forEach(({ key, value = '', effect }) => parseTaint(`${key}=${value}:${effect}`));
  if (cpus !== undefined && !(Number.isFinite(cpus) && cpus >= LEAST_CPUS)) {
    throw new KindboxError(`A node cannot have ${cpus} processors`, { reason: 'usage', because: `It needs at least ${LEAST_CPUS}.` });
  }
  if (memoryBytes !== undefined && !(Number.isFinite(memoryBytes) && memoryBytes >= LEAST_MEMORY)) {
    throw new KindboxError(`A node cannot have ${memoryBytes} bytes of memory`, { reason: 'usage', because: `It needs at least ${LEAST_MEMORY} (512m).` });
  }
  for (const { hostPath, nodePath } of mounts) {
    if (hostPath.startsWith('/') && /^\/./.test(nodePath) && !`${hostPath}${nodePath}`.includes('\0')) continue;
    throw new KindboxError('A mount needs two absolute paths', { reason: 'usage', next: ['--mount /path/on/host:/path/in/node'] });
  }
  for (const { hostPort, nodePort } of ports) [hostPort, nodePort].forEach(validatePort);
}
