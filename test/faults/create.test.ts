import type { ClusterSummary } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { describeRun, type Kindbox, type KindboxRun } from '../support/kindbox.js';
import { everythingInDocker, leftoversOf, NOTHING, type Leftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { plannedStages } from './planned-stages.js';
import { record } from './record.js';

const name = `${filePrefix}-f`;
const options = [`--runtime=${anyRuntime}`, '--num-workers=2', '--wait-all', '--wait=120s', name];
const stages = await plannedStages(options);

interface Means {
  readonly signal: (name: NodeJS.Signals) => void;
  readonly hangUp: () => void;
}

/** What is done when a stage begins, and how kindbox then ends if the stage was not over first. */
const FAULTS: Readonly<Record<string, { readonly inject: (means: Means) => void; readonly exitCodes: readonly (number | undefined)[] }>> = {
  SIGINT: { inject: ({ signal }) => { signal('SIGINT'); }, exitCodes: [130] },
  SIGTERM: { inject: ({ signal }) => { signal('SIGTERM'); }, exitCodes: [143] },
  'its output is closed': { inject: ({ hangUp }) => { hangUp(); }, exitCodes: [143] },
  'kill -9': { inject: ({ signal }) => { signal('SIGKILL'); }, exitCodes: [undefined] },
  // The first command of its node fails, or the node is not there yet; a fault behind the last use of it goes unnoticed.
  'the control plane is killed': { inject: () => { void docker(['kill', `${name}-master`], { reject: false }); }, exitCodes: [3, 7, 8, 9, 0] },
};

const home = useKindbox(name);
let others: Leftovers;
beforeEach(async () => { others = await everythingInDocker(); });
afterEach(async () => {
  // Nothing that was there has gone, whatever has happened; a second destroy finds nothing to do.
  await home.kindbox.succeed(['destroy', name]);
  await home.kindbox.succeed(['destroy', name]);
  expect(await everythingInDocker()).toEqual(others);
});

async function createWith(kindbox: Kindbox, stage: string, inject: (means: Means) => void): Promise<KindboxRun> {
  const injectedAt: string[] = [];
  const run = await kindbox.run(['create', '--progress=json', ...options], {
    onEvent: (event, signal, hangUp) => {
      if (injectedAt.length > 0 || event.type !== 'step' || event.stage !== stage || event.status !== 'running' || event.parentId === undefined) return;
      injectedAt.push(event.id);
      inject({ signal, hangUp });
    },
  });
  if (injectedAt.length === 0) throw new Error(`the stage ${stage} was never reached\n${describeRun(run)}`);
  return run;
}

describe.each(Object.keys(FAULTS))('%s', (fault) => {
  const { inject, exitCodes } = FAULTS[fault]!;

  test.each(stages)('while %s', async (stage) => {
    const startedAt = Date.now();
    const run = await createWith(home.kindbox, stage, inject);
    const left = await leftoversOf(name);
    await record({ stage, fault, exitCode: run.exitCode, left: left.containers.length + left.networks.length + left.volumes.length, milliseconds: Date.now() - startedAt });
    expect(exitCodes).toContain(run.exitCode);
    if (fault === 'kill -9') {
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
      const states = clusters.filter((cluster) => cluster.name === name).map(({ state }) => state);
      // Only the very last stages leave a cluster that is whole.
      expect(left.containers.length === 0 ? ['partial'] : [...states]).toEqual([expect.stringMatching(stage === 'keep-nodes' || stage === 'mark-complete' || stage === 'write-kubeconfig' ? /partial|running/ : /partial/)]);
    } else if (run.exitCode !== 0 && run.exitCode !== 9) {
      expect(left).toEqual(NOTHING);
      // Logs that a failed create keeps lie in the temporary folder, which is in the home of tests.
      expect((await home.kindbox.files()).filter((path) => !path.includes('kindbox-logs-'))).toEqual([]);
    }
  });
});
