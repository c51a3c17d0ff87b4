import type { ContainerStatus, NodeObject, Pod } from './types.js';

/** One sentence on the state of a node, as its own conditions tell it. */
export function describeNode(name: string, node: NodeObject | undefined): string {
  if (!node) return `${name} has not registered with the API server`;
  const conditions = node.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const pressures = conditions.filter(({ type, status }) => type !== 'Ready' && status === 'True');
  if (!ready) return `${name} has registered, but its kubelet has not reported yet`;
  const causes = ready.status === 'True' ? [] : [innermost(ready.message ?? ready.reason ?? 'no reason is given')];
  causes.push(...pressures.map(({ type, message }) => `${type}${message ? ` (${message})` : ''}`));
  return causes.length === 0 ? `${name} is Ready` : `${name} is not Ready: ${causes.join('; ')}`;
}

/** The kubelet wraps what it was told: `container runtime network not ready: ... message:Network plugin returns error: cni plugin not initialized`. */
function innermost(message: string): string {
  const [, inner] = /message:(?:Network plugin returns error: )?(.+)$/s.exec(message) ?? [];
  return (inner ?? message).trim();
}

/** One sentence on a pod that is not ready: where it is, and what its containers wait for or died of. */
export function describePod(pod: Pod): string {
  const name = `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`;
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const troubles = containers.flatMap((container) => describeContainer(container) ?? []);
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) troubles.unshift(unscheduled.message ?? unscheduled.reason ?? 'not scheduled');
  const where = pod.spec?.nodeName ? ` on ${pod.spec.nodeName}` : '';
  return `${name}${where}: ${troubles.join('; ') || (pod.status?.phase ?? 'Pending')}`;
}

export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function describeContainer({ name, ready, state, lastState, restartCount = 0 }: ContainerStatus): string | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  const death = ended && ended.exitCode !== 0
    ? `ended with ${ended.exitCode ?? '?'}${ended.reason ? ` (${ended.reason})` : ''}${ended.message ? `: ${ended.message.trim()}` : ''}`
    : undefined;
  const { waiting } = state ?? {};
  if (waiting) {
    const wait = `${waiting.reason ?? 'waiting'}${waiting.message ? `: ${waiting.message}` : ''}`;
    return `container ${name} ${wait}${death ? `, it ${death}` : ''}`;
  }
  if (death) return `container ${name} ${death}${restartCount > 0 ? ` after ${restartCount} restarts` : ''}`;
  return state?.running && ready === false ? `container ${name} runs, but is not ready` : undefined;
}
