import type { ClusterSummary } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { describeRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { anyRuntime } from '../support/runtimes.js';
import { failureOf } from './support/failure.js';
import { injectAt } from './support/inject.js';
import { useOwnDaemon } from './support/own-daemon.js';
import { recorded } from './support/record.js';

const name = `${filePrefix}-d`;
const create = ['create', '--json', `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--num-workers=1', '--wait-all', '--wait=60s'];

const daemon = useOwnDaemon();
const home = useKindbox(name);
afterEach(async () => {
  await home.kindbox.succeed(['destroy', name]);
  await home.kindbox.succeed(['destroy', name]);
  expect(await leftoversOf(name)).toEqual(NOTHING);
});

const STAGES = ['create-network', 'create-node', 'await-runtime', 'init-control-plane', 'join-worker', 'await-dns', 'write-kubeconfig'];

describe('a Docker daemon that is killed during a create, and started again', () => {
  test.each(STAGES)('while %s: an end within bounds, a true list, and a destroy that finds everything', async (stage) => {
    await recorded({ verb: 'create', stage, fault: 'dockerd killed' }, async () => {
      let restarting: Promise<void> | undefined;
      const run = await injectAt(home.kindbox, [...create, name], { stage }, () => { restarting = daemon.dockerd.restart('SIGKILL'); });
      await restarting;
      if (![0, 3, 7, 8, 9].includes(run.exitCode ?? -1)) throw new Error(describeRun(run));
      expect(run.stderr).not.toMatch(/^\s+at /m);
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
      const left = (await leftoversOf(name)).containers;
      expect(clusters.flatMap((cluster) => cluster.nodes.map(({ id }) => id)).sort()).toEqual([...left].sort());
      return run;
    });
  });
});

test('a control plane with too little memory: that the kernel killed something is told', async () => {
  await recorded({ verb: 'create', stage: 'init-control-plane', fault: 'memory limit' }, async () => {
    const run = await injectAt(home.kindbox, [...create, name], { stage: 'init-control-plane' }, () => {
      void docker(['update', '--memory=170m', '--memory-swap=170m', `${name}-master`]);
    });
    expect([7, 8]).toContain(run.exitCode);
    expect(failureOf(run).because).toContain(`The kernel has killed processes in ${name}-master: out of memory.`);
    expect(await leftoversOf(name)).toEqual(NOTHING);
    return run;
  });
});
