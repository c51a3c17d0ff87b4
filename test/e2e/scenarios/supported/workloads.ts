import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFixture } from '../../../support/cluster-fixture.js';
import { addressOf } from '../../../support/docker.js';
import { eventually } from '../../../support/eventually.js';
import { isReady, type Pod } from '../../../support/kubectl.js';
import { daemonSet, deployment, podSpec, service } from '../../../support/manifests.js';
import { useNamespace } from '../../../support/namespace.js';
import { fetchFromHost } from '../../../support/probe.js';

const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name).sort();
const nodesOf = (pods: readonly Pod[]): string[] => pods.map(({ spec }) => spec.nodeName).sort();

/** Deployments, rolling updates, autoscalers and DaemonSets. */
export function workloadScenarios(cluster: ClusterFixture, image: () => string): void {
  describe('workloads', () => {
    const namespace = useNamespace(cluster, 'workloads');
    const settled = async (app: string): Promise<Pod[]> => (await namespace.pods(`app=${app}`)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const readyPods = async (app: string, count: number): Promise<Pod[]> => eventually(async () => {
      const pods = await settled(app);
      expect(pods.map(isReady)).toEqual(Array.from({ length: count }, () => true));
      return pods;
    });

    test('a Deployment replaces a pod that is lost', async () => {
      await namespace.apply(deployment('steady', 3, podSpec({ image: image() })));
      const before = names(await readyPods('steady', 3));
      const [lost = ''] = before;
      await namespace.run(['delete', 'pod', lost]);
      const after = names(await readyPods('steady', 3));
      expect(after).not.toContain(lost);
      expect(after.filter((name) => before.includes(name))).toEqual(before.filter((name) => name !== lost));
    });

    test('a DaemonSet has one pod on every node whose taints it tolerates', async () => {
      await namespace.apply(
        daemonSet('everywhere', podSpec({ image: image() }, { tolerations: [{ operator: 'Exists' }] })),
        daemonSet('workers', podSpec({ image: image() })),
      );
      expect(nodesOf(await readyPods('everywhere', cluster.nodes.length))).toEqual(cluster.nodes);
      expect(nodesOf(await readyPods('workers', cluster.nodes.length - 1))).toEqual(cluster.nodes.filter((node) => node !== cluster.master));
    });

    describe('a rolling update', () => {
      const greeter = (greeting: string): object => deployment('greeter', 3, podSpec({
        image: image(), env: [{ name: 'GREETING', value: greeting }],
        // Nodes learn of an endpoint that goes after it is told to: until then it has to answer.
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      }, { terminationGracePeriodSeconds: 10 }), { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
      let url: string;
      const greeting = (): Promise<string> => fetchFromHost(url);
      const greetingBecomes = async (wanted: string): Promise<void> => eventually(async () => {
        for (let request = 0; request < 10; request += 1) expect(await greeting()).toBe(wanted);
      });

      beforeAll(async () => {
        await namespace.apply(greeter('one'), service('greeter', 'NodePort'));
        await namespace.rolledOut('deployment/greeter');
        url = `http://${await addressOf(cluster.master)}:${await namespace.nodePort('greeter')}/greeting`;
        await greetingBecomes('one');
      });

      test('replaces every pod without a request that fails', async () => {
        const done = new AbortController();
        const greetings = greetingsUntil(done.signal, greeting);
        try {
          await namespace.apply(greeter('two'));
          await namespace.rolledOut('deployment/greeter');
          await greetingBecomes('two');
        } finally {
          done.abort();
        }
        expect([...await greetings].sort()).toEqual(['one', 'two']);
      });

      test('is undone', async () => {
        await namespace.run(['rollout', 'undo', 'deployment/greeter']);
        await namespace.rolledOut('deployment/greeter');
        await greetingBecomes('one');
      });
    });

    test.each([['too few', 1, 2], ['too many', 5, 3]])('an autoscaler brings a Deployment that has %s pods (%d) within its bounds (%d)', async (_, replicas, bound) => {
      const app = `scaled-${replicas}`;
      await namespace.apply(deployment(app, replicas, podSpec({ image: image() })), autoscaler(app, 2, 3));
      expect(await readyPods(app, bound)).toHaveLength(bound);
      await eventually(async () => {
        const { status } = await namespace.get<{ status: { desiredReplicas: number } }>('horizontalpodautoscaler', app);
        expect(status.desiredReplicas).toBe(bound);
      });
    });
  });
}

/** All different answers until the signal; the first that fails ends it. */
async function greetingsUntil(signal: AbortSignal, greeting: () => Promise<string>): Promise<Set<string>> {
  const heard = new Set<string>();
  while (!signal.aborted) {
    heard.add(await greeting());
    await sleep(20);
  }
  return heard;
}

function autoscaler(target: string, minReplicas: number, maxReplicas: number): object {
  return {
    apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: target },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target }, minReplicas, maxReplicas,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    },
  };
}
