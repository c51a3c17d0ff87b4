import { clusterName, useCluster, useKindbox } from '../support/cluster-fixture.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { runtimes } from '../support/runtimes.js';
import { nodeLifeScenarios } from './scenarios/node-life.js';
import { stopAndStartScenarios } from './scenarios/stop-and-start.js';

describe.each(runtimes)('the life of a cluster of one worker on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const cluster = useCluster(useKindbox(name), name, ['--num-workers=1', `--runtime=${runtime}`, `--image=${NODE_IMAGE}`, '--publish=0', '--wait-all']);

  stopAndStartScenarios(cluster);
  nodeLifeScenarios(cluster);
});
