import type { ClusterSummary, LifecycleResult } from '../../src/cluster/options.js';
import type { ClusterFixture } from './cluster-fixture.js';
import { docker } from './docker.js';
import type { Kubectl, Pod } from './kubectl.js';

/** A pod as it is recognised after a restart: it keeps its identity, its containers start anew. */
export interface StartedPod extends Pod {
  readonly metadata: Pod['metadata'] & { readonly uid: string };
  readonly status: Pod['status'] & { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

export async function uids(kubectl: Kubectl, selector: string): Promise<string[]> {
  return (await kubectl.pods(selector) as StartedPod[]).map(({ metadata }) => metadata.uid).sort();
}

export async function listed(cluster: ClusterFixture): Promise<ClusterSummary> {
  const { clusters } = await cluster.kindbox.json<{ clusters: ClusterSummary[] }>(['list', '-l']);
  const found = clusters.find(({ name }) => name === cluster.name);
  if (found === undefined) throw new Error(`list does not know ${cluster.name}`);
  return found;
}

/** Names of the nodes that `kindbox stop` or `start` changed. */
export async function changedBy(cluster: ClusterFixture, ...argv: string[]): Promise<readonly string[]> {
  const { clusters } = await cluster.kindbox.json<LifecycleResult>([...argv, cluster.name]);
  return clusters.flatMap(({ changed }) => changed);
}

/** When a container was last started. */
export async function startOf(container: string): Promise<string> {
  return docker(['container', 'inspect', '--format', '{{.State.StartedAt}}', container]);
}

/** Pods that were started before their node had a network. */
export async function failedSandboxes(kubectl: Kubectl): Promise<string[]> {
  const { items } = await kubectl.get<{ items: { message: string }[] }>('events', '--all-namespaces', '--field-selector=reason=FailedCreatePodSandBox');
  return items.map(({ message }) => message);
}
