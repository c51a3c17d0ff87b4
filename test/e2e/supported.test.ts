import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { KubeProxy } from '../support/kube-proxy.js';
import { filePrefix } from '../support/names.js';
import { loadProbeImage } from '../support/probe-image.js';
import { ensureHelm, ensureTraefikImage } from '../support/programs.js';
import { runtimesOfFeatures } from '../support/runtimes.js';
import { configurationScenarios } from './scenarios/supported/configuration.js';
import { helmScenarios } from './scenarios/supported/helm.js';
import { ingressScenarios } from './scenarios/supported/ingress.js';
import { volumeScenarios } from './scenarios/supported/volumes.js';
import { workloadScenarios } from './scenarios/supported/workloads.js';

/** What the documents say works in such a cluster; networks and Services are in serving.test.ts. */
describe.each(runtimesOfFeatures)('what runs in a cluster on %s', (runtime) => {
  beforeAll(async () => {
    await ensureHelm();
    await ensureTraefikImage();
  }, 3_600_000);
  const name = clusterName(filePrefix, runtime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=2', `--runtime=${runtime}`, '--wait-all']);
  let image = '';
  beforeAll(async () => {
    image = await loadProbeImage(cluster.nodes);
  });

  workloadScenarios(cluster, () => image);
  configurationScenarios(cluster, () => image);
  volumeScenarios(cluster, () => image);
  helmScenarios(cluster, () => image);
  ingressScenarios(cluster, () => image);

  test('without another wish, kube-proxy has the rules of Services in iptables on every node', async () => {
    const { spec } = await cluster.kubectl.get<{ spec: { clusterIP: string } }>('service', 'kubernetes');
    for (const node of cluster.nodes) {
      const kubeProxy = await KubeProxy.on(cluster.kubectl, node);
      expect(await kubeProxy.run('iptables-save', '-t', 'nat')).toMatch(new RegExp(`^-A KUBE-SERVICES -d ${spec.clusterIP}/32 `, 'm'));
    }
  });
});
