import type { ClusterFixture } from '../../support/cluster-fixture.js';
import { eventually } from '../../support/eventually.js';
import { isReady } from '../../support/kubectl.js';

interface CommandPod {
  readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] };
}

/** A cluster of `create --ephemeral` does without what it says, and is a cluster all the same. */
export function ephemeralScenarios(cluster: ClusterFixture): void {
  const ofKubeSystem = '--namespace=kube-system';
  const commandOf = async (component: string): Promise<readonly string[]> => {
    const { items } = await cluster.kubectl.get<{ items: CommandPod[] }>('pods', ofKubeSystem, `--selector=component=${component}`);
    return items.flatMap(({ spec }) => spec.containers.flatMap(({ command }) => command));
  };

  test('etcd waits for no disk', async () => {
    expect(await commandOf('etcd')).toContain('--unsafe-no-fsync=true');
  });

  test('the one CoreDNS serves when create returns', async () => {
    const { spec, status } = await cluster.kubectl.get<{ spec: { replicas: number }; status: { readyReplicas?: number } }>('deployment', 'coredns', ofKubeSystem);
    expect([spec.replicas, status.readyReplicas]).toEqual([1, 1]);
  });

  test('what the cluster knows outlives an orderly stop', async () => {
    await cluster.kubectl.run(['create', 'configmap', 'kept', '--from-literal=answer=42']);
    await cluster.kindbox.succeed(['stop', cluster.name]);
    await cluster.kindbox.succeed(['start', '--wait-all', cluster.name]);
    expect(await cluster.kubectl.run(['get', 'configmap', 'kept', '--output=jsonpath={.data.answer}'])).toBe('42');
    expect((await cluster.kubectl.nodes()).map(isReady)).toEqual(cluster.nodes.map(() => true));
    await eventually(async () => expect((await cluster.kubectl.get<{ status: { readyReplicas?: number } }>('deployment', 'coredns', ofKubeSystem)).status.readyReplicas).toBe(1));
  });
}
