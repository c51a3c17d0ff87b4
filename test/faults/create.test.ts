import type { ClusterSummary } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { describeRun } from '../support/kindbox.js';
import { everythingInDocker, leftoversOf, NOTHING, type Leftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { injectAt, type Means } from './support/inject.js';
import { useOwnDaemon } from './support/own-daemon.js';
import { plannedStages } from './support/planned-stages.js';
import { record } from './support/record.js';
import { isSelected } from './support/selection.js';

const name = `${filePrefix}-f`;
const options = [`--runtime=${anyRuntime}`, '--num-workers=2', '--wait-all', '--wait=120s', name];
const stages = await plannedStages(options);

/** What is done when a stage begins, and how kindbox then ends if the stage was not over first. */
const FAULTS: Readonly<Record<string, { readonly inject: (means: Means) => void; readonly exitCodes: readonly (number | undefined)[] }>> = {
  SIGINT: { inject: ({ signal }) => { signal('SIGINT'); }, exitCodes: [130] },
  SIGTERM: { inject: ({ signal }) => { signal('SIGTERM'); }, exitCodes: [143] },
  'its output is closed': { inject: ({ hangUp }) => { hangUp(); }, exitCodes: [143] },
  'kill -9': { inject: ({ signal }) => { signal('SIGKILL'); }, exitCodes: [undefined] },
  // The first command of its node fails, or the node is not there yet; a fault behind the last use of it goes unnoticed.
  'the control plane is killed': { inject: () => { void docker(['kill', `${name}-master`], { reject: false }); }, exitCodes: [3, 7, 8, 9, 0] },
};

/** Only the very last stages of a create that is killed leave a cluster that is whole. */
const LAST_STAGES = ['keep-nodes', 'mark-complete', 'write-kubeconfig'];

// Nobody else makes or removes anything there meanwhile.
useOwnDaemon();
const home = useKindbox(name);
let others: Leftovers;
beforeEach(async () => { others = await everythingInDocker(); });
afterEach(async () => {
  // Nothing that was there has gone, whatever has happened; a second destroy finds nothing to do.
  await home.kindbox.succeed(['destroy', name]);
  await home.kindbox.succeed(['destroy', name]);
  expect(await everythingInDocker()).toEqual(others);
});

const faults = Object.keys(FAULTS);
const cells = faults.flatMap((fault, column) => stages.filter((_, row) => isSelected(row, stages.length, column, faults.length)).map((stage) => ({ fault, stage })));

test.each(cells)('$fault while $stage', async ({ fault, stage }) => {
  const { inject, exitCodes } = FAULTS[fault]!;
  const startedAt = Date.now();
  let passed = false;
  const run = await injectAt(home.kindbox, ['create', ...options], { stage }, inject);
  try {
    if (!exitCodes.includes(run.exitCode)) throw new Error(describeRun(run));
    if (fault === 'kill -9') await expectListIsTrue(stage);
    else if (run.exitCode !== 0 && run.exitCode !== 9) await expectUndone();
    passed = true;
  } finally {
    await record({ verb: 'create', stage, fault, exitCode: run.exitCode, passed, milliseconds: Date.now() - startedAt });
  }
});

async function expectListIsTrue(stage: string): Promise<void> {
  const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
  const states = clusters.filter((cluster) => cluster.name === name).map(({ state }) => state);
  if ((await leftoversOf(name)).containers.length === 0) return;
  expect(states).toEqual([expect.stringMatching(LAST_STAGES.includes(stage) ? /^(partial|running)$/ : /^partial$/)]);
}

async function expectUndone(): Promise<void> {
  expect(await leftoversOf(name)).toEqual(NOTHING);
  // Logs that a failed create keeps lie in the temporary folder, which is in the home of tests.
  expect((await home.kindbox.files()).filter((path) => !path.includes('kindbox-logs-'))).toEqual([]);
}
