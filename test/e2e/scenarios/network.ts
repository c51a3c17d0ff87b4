import { randomUUID } from 'node:crypto';
import type { ClusterFixture } from '../../support/cluster-fixture.js';
import { addressOf } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { fetchFromHost, fetchFromNode, Probe, PROBE_NODE_PORT, PROBE_PORT } from '../../support/probe.js';

/** Every way by which a pod or Service is reached. A test waits for kube-proxy to learn, then tells who answered. */
export function networkScenarios(cluster: ClusterFixture): void {
  describe('with a probe on every node', () => {
    let probe: Probe;
    beforeAll(async () => {
      probe = await Probe.deploy(cluster);
    });

    test('there is one Ready pod on each node', () => {
      expect(probe.pods.map(({ spec }) => spec.nodeName).sort()).toEqual(cluster.nodes);
    });

    test('CoreDNS resolves a Service from every pod, by its short and its full name', async () => {
      for (const pod of probe.pods) {
        for (const name of [Probe.serviceName, `${Probe.serviceName}.default.svc.cluster.local`]) {
          expect(await eventually(() => probe.run(pod, 'resolve', name))).toBe(probe.clusterIp);
        }
      }
    });

    test('every pod reaches every pod of another node by its address', async () => {
      const pairs = probe.pods.flatMap((from) => probe.pods.filter((to) => to !== from).map((to) => ({ from, to })));
      for (const { from, to } of pairs) {
        const answer = await eventually(() => probe.run(from, 'fetch', `http://${to.status.podIP}:${PROBE_PORT}/hostname`));
        expect(answer).toBe(to.metadata.name);
      }
      expect(pairs).toHaveLength(6);
    });

    test('every pod reaches the Service by its ClusterIP', async () => {
      for (const pod of probe.pods) {
        expect(probe.podNames).toContain(await eventually(() => probe.run(pod, 'fetch', `http://${probe.clusterIp}/hostname`)));
      }
    });

    test('every pod reaches the Service by its name', async () => {
      for (const pod of probe.pods) {
        expect(probe.podNames).toContain(await eventually(() => probe.run(pod, 'fetch', `http://${Probe.serviceName}/hostname`)));
      }
    });

    test('every node reaches the Service by its ClusterIP', async () => {
      for (const node of cluster.nodes) {
        expect(probe.podNames).toContain(await eventually(() => fetchFromNode(node, `http://${probe.clusterIp}`, '/hostname')));
      }
    });

    test('the host reaches the Service by the NodePort of every node', async () => {
      for (const node of cluster.nodes) {
        const url = `http://${await addressOf(node)}:${PROBE_NODE_PORT}/hostname`;
        expect(probe.podNames).toContain(await eventually(() => fetchFromHost(url)));
      }
    });

    test('kubectl exec runs a command in the pod that it names, on every node', async () => {
      for (const pod of probe.pods) expect(await probe.run(pod, 'hostname')).toBe(pod.metadata.name);
    });

    test('kubectl logs shows what a pod wrote, on every node', async () => {
      for (const pod of probe.pods) {
        const token = randomUUID();
        await probe.run(pod, 'fetch', `http://127.0.0.1:${PROBE_PORT}/hostname?token=${token}`);
        const logs = await eventually(async () => {
          const text = await cluster.kubectl.run(['logs', pod.metadata.name]);
          if (!text.includes(token)) throw new Error(`no ${token} in the logs of ${pod.metadata.name}`);
          return text;
        });
        expect(logs).toContain(`GET /hostname?token=${token}`);
      }
    });
  });
}
