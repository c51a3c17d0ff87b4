import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { filePrefix } from '../support/names.js';
import { runtimes } from '../support/runtimes.js';
import { accessScenarios } from './scenarios/access.js';
import { networkScenarios } from './scenarios/network.js';
import { nodeScenarios } from './scenarios/nodes.js';

describe.each(runtimes)('a cluster with two workers on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=2', `--runtime=${runtime}`, '--publish=0', '--wait-all']);

  nodeScenarios(cluster, runtime);
  accessScenarios(cluster);
  networkScenarios(cluster);
});
