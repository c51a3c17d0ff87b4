import type { ClusterSummary } from '../../src/cluster/options.js';
import { clusterName, useKindbox } from '../support/cluster-fixture.js';
import { describeRun, type Kindbox, type KindboxRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime, runtimes } from '../support/runtimes.js';

/** Creates a cluster and sends a signal as soon as a step of that stage begins. */
async function interrupt(kindbox: Kindbox, stage: string, signalName: NodeJS.Signals, argv: readonly string[]): Promise<KindboxRun> {
  const sent: string[] = [];
  const run = await kindbox.run(['create', '--progress=json', ...argv], {
    onEvent: (event, signal) => {
      if (sent.length > 0 || event.type !== 'step' || event.stage !== stage || event.status !== 'running' || event.parentId === undefined) return;
      sent.push(event.id);
      signal(signalName);
    },
  });
  if (sent.length === 0) throw new Error(`the stage ${stage} was never reached\n${describeRun(run)}`);
  return run;
}

describe.each(runtimes)('an interrupted create on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const home = useKindbox(name);

  test.each(['create-network', 'create-node', 'init-control-plane', 'apply-cni', 'join-worker', 'await-dns'])(
    'leaves no container, network, volume or file when %s has begun',
    async (stage) => {
      const run = await interrupt(home.kindbox, stage, 'SIGINT', [`--runtime=${runtime}`, '--num-workers=2', name]);
      expect(run.exitCode).toBe(130);
      expect(await leftoversOf(name)).toEqual(NOTHING);
      expect(await home.kindbox.files()).toEqual([]);
    },
  );
});

describe('signals and --retain', () => {
  const name = `${filePrefix}-x`;
  const home = useKindbox(name);

  test.each([['SIGTERM', 143], ['SIGHUP', 129]] as const)('%s undoes what was made and exits with %i', async (signalName, exitCode) => {
    const run = await interrupt(home.kindbox, 'init-control-plane', signalName, [`--runtime=${anyRuntime}`, name]);
    expect(run.exitCode).toBe(exitCode);
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });

  describe('a create with --retain that was interrupted', () => {
    let run: KindboxRun;
    beforeAll(async () => {
      run = await interrupt(home.kindbox, 'init-control-plane', 'SIGINT', [`--runtime=${anyRuntime}`, '--retain', name]);
    });

    test('exits as interrupted, with its nodes kept', async () => {
      expect(run.exitCode).toBe(130);
      expect((await leftoversOf(name)).containers).toHaveLength(2);
    });

    test('is listed as partial', async () => {
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
      expect(clusters.find((cluster) => cluster.name === name)?.state).toBe('partial');
    });

    test('is destroyed without a trace', async () => {
      await home.kindbox.succeed(['destroy', name]);
      expect(await leftoversOf(name)).toEqual(NOTHING);
    });
  });
});
