import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { addressOf, inNode } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { KubeProxy } from '../support/kube-proxy.js';
import { filePrefix } from '../support/names.js';
import { fetchFromHost, fetchFromNode, Probe, PROBE_NODE_PORT } from '../support/probe.js';
import { runtimesOfFeatures } from '../support/runtimes.js';

/** All other clusters of the suite are in the mode iptables. */
describe.each(runtimesOfFeatures)('a cluster with kube-proxy in the mode nftables on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', `--runtime=${runtime}`, '--kube-proxy-mode=nftables', '--wait-all']);
  let probe: Probe;
  beforeAll(async () => {
    probe = await Probe.deploy(cluster);
  });

  test('every pod reaches a Service by its name', async () => {
    for (const pod of probe.pods) {
      expect(probe.podNames).toContain(await eventually(() => probe.run(pod, 'fetch', `http://${Probe.serviceName}/hostname`)));
    }
    expect(probe.pods).toHaveLength(2);
  });

  test('every node reaches a Service by its ClusterIP', async () => {
    for (const node of cluster.nodes) {
      expect(probe.podNames).toContain(await eventually(() => fetchFromNode(node, `http://${probe.clusterIp}`, '/hostname')));
    }
  });

  test('the host reaches a Service by the NodePort of every node', async () => {
    for (const node of cluster.nodes) {
      const url = `http://${await addressOf(node)}:${PROBE_NODE_PORT}/hostname`;
      expect(probe.podNames).toContain(await eventually(() => fetchFromHost(url)));
    }
  });

  test('the rules of Services are in the table of nftables on every node, and iptables has none', async () => {
    for (const node of cluster.nodes) {
      const kubeProxy = await KubeProxy.on(cluster.kubectl, node);
      const table = await kubeProxy.run('nft', 'list', 'table', 'ip', 'kube-proxy');
      // A protocol is a number where there is no /etc/protocols.
      expect(table).toMatch(new RegExp(`\\b${probe.clusterIp} \\. (tcp|6) \\. ${Probe.servicePort} : goto service-\\w+-default/${Probe.serviceName}/tcp/`));
      expect(await kubeProxy.run('iptables-save', '-t', 'nat')).not.toContain('KUBE-SERVICES');
    }
  });

  test('every node guards its loopback addresses, which in this mode kube-proxy does not, and says which iptables it has', async () => {
    for (const node of cluster.nodes) {
      const [filter, mangle] = await Promise.all(['filter', 'mangle'].map((table) => inNode(node, ['iptables-save', '-t', table])));
      expect(filter).toMatch(/^-A INPUT -j KUBE-FIREWALL$/m);
      expect(filter).toMatch(/^-A KUBE-FIREWALL ! -s 127\.0\.0\.0\/8 -d 127\.0\.0\.0\/8 .*-j DROP$/m);
      expect(mangle).toContain(':KUBE-IPTABLES-HINT');
    }
  });

  // The last one: the Service of all others is gone after it.
  test('a Service that is deleted leaves no rule behind', async () => {
    await cluster.kubectl.run(['delete', 'service', Probe.serviceName]);
    for (const node of cluster.nodes) {
      const kubeProxy = await KubeProxy.on(cluster.kubectl, node);
      await eventually(async () => {
        expect(await kubeProxy.run('nft', 'list', 'table', 'ip', 'kube-proxy')).not.toContain(probe.clusterIp);
      });
    }
  });
});
