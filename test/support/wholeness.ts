import type { ClusterSummary } from '../../src/cluster/options.js';
import type { ClusterFixture } from './cluster-fixture.js';
import { eventually } from './eventually.js';
import { pauseImageOf } from './filler.js';
import { isReady } from './kubectl.js';

const LABELS = { app: 'everywhere' };

/** A pod on each node, the control plane included, which only needs what every node image has. */
export async function deployEverywhere(cluster: ClusterFixture): Promise<void> {
  const spec = {
    containers: [{ name: 'pause', image: await pauseImageOf(cluster.master), imagePullPolicy: 'Never' }], terminationGracePeriodSeconds: 0,
    tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
  };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };
  await cluster.kubectl.apply({
    apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'everywhere' },
    spec: { selector: { matchLabels: LABELS }, updateStrategy, template: { metadata: { labels: LABELS }, spec } },
  });
}

/** Insists that all nodes are Ready, take pods and give them a network: pods are made anew on each. */
export async function expectWhole(cluster: ClusterFixture): Promise<void> {
  expect((await cluster.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node), node.spec.unschedulable ?? false])).toEqual(cluster.nodes.map((name) => [name, true, false]));
  await cluster.kubectl.run(['rollout', 'restart', 'daemonset/everywhere']);
  await cluster.kubectl.rolledOut('daemonset/everywhere');
  await eventually(async () => {
    const pods = (await cluster.kubectl.pods('app=everywhere')).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(pods.map((pod) => [pod.spec.nodeName, isReady(pod)]).sort()).toEqual(cluster.nodes.map((name) => [name, true]));
  });
}

/** What `kindbox list` says of a cluster. */
export async function listedWith(cluster: ClusterFixture, ...flags: readonly string[]): Promise<ClusterSummary> {
  const { clusters } = await cluster.kindbox.json<{ clusters: ClusterSummary[] }>(['list', ...flags]);
  const found = clusters.find(({ name }) => name === cluster.name);
  if (found === undefined) throw new Error(`list does not know ${cluster.name}`);
  return found;
}
