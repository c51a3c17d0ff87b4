import type { ClusterSummary, LifecycleResult, ResizeResult } from '../../src/cluster/options.js';
import { ClusterFixture, useKindbox } from '../support/cluster-fixture.js';
import { dockerLines } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { describeRun, type KindboxRun } from '../support/kindbox.js';
import { isReady } from '../support/kubectl.js';
import { everythingInDocker, leftoversOf, NOTHING, type Leftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { anyRuntime } from '../support/runtimes.js';
import { eachCell } from './support/each-cell.js';
import { injectAt, SIGNALS, stagesOf, type Signalled } from './support/inject.js';
import { useOwnDaemon } from './support/own-daemon.js';
import { mainOfSome } from './support/selection.js';

/** Milliseconds for all stages of one verb. */
const LONG = 40 * 60_000;
const name = `${filePrefix}-v`;
const worker = (index: number): string => `${name}-worker-${index}`;

interface Verb {
  readonly verb: string;
  readonly argv: readonly string[];
  /** Brings the cluster to where the verb begins. */
  readonly before: readonly (readonly string[])[];
  /** Brings what an interruption has left to where the verb was to end. */
  readonly mend: readonly string[];
  readonly workersAfter: number;
  readonly stopped?: boolean;
  /** Interrupted, it leaves everything as it was; others have done a part of their work. */
  readonly undone?: boolean;
}

/** What an interruption must not add to. */
interface Resting {
  readonly containers: readonly string[];
  readonly tokens: readonly string[];
}

const resize = (workers: number): readonly string[] => ['resize', `--num-workers=${workers}`, '--wait-all', name];
const VERBS: readonly Verb[] = mainOfSome(
  { verb: 'resize up', argv: resize(2), before: [resize(1)], mend: resize(2), workersAfter: 2, undone: true },
  { verb: 'resize down', argv: resize(1), before: [resize(2)], mend: resize(1), workersAfter: 1 },
  { verb: 'node add', argv: ['node', 'add', '--wait-all', name], before: [resize(1)], mend: resize(2), workersAfter: 2, undone: true },
  { verb: 'node remove', argv: ['node', 'remove', worker(1)], before: [resize(2)], mend: resize(1), workersAfter: 1 },
  { verb: 'node restart', argv: ['node', 'restart', worker(0)], before: [resize(1)], mend: ['start', '--wait-all', name], workersAfter: 1 },
  { verb: 'stop', argv: ['stop', name], before: [['start', '--wait-all', name], resize(1)], mend: ['stop', name], workersAfter: 1, stopped: true },
  { verb: 'start', argv: ['start', '--wait-all', name], before: [['start', '--wait-all', name], resize(1), ['stop', name]], mend: ['start', '--wait-all', name], workersAfter: 1 },
);

// Nobody else makes or removes anything there meanwhile.
useOwnDaemon();

describe('a cluster whose change is interrupted', () => {
  const home = useKindbox(name);
  const cluster = new ClusterFixture(home, name);
  let files: readonly string[];
  beforeAll(async () => {
    await cluster.create(['--num-workers=1', `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--wait-all', '--ephemeral']);
    files = await home.kindbox.files();
  });

  describe.each(VERBS)('$verb', (verb) => {
    let stages: readonly string[];
    beforeAll(async () => {
      await prepare(verb);
      stages = await stagesOf(home.kindbox, verb.argv);
    });

    test.each(SIGNALS)('$fault at every stage', async (signalled) => {
      await eachCell(verb.verb, signalled, SIGNALS, stages, async (stage) => {
        await prepare(verb);
        const before: Resting = { containers: await containers(), tokens: verb.stopped === true || verb.verb === 'start' ? [] : await joinTokens() };
        const run = await injectAt(home.kindbox, verb.argv, { stage }, signalled.inject);
        expectEnd(run, signalled);
        await expectListIsTrue();
        if (signalled.exitCode !== undefined) await expectNothingHalfDone(verb, before);
        await expectMended(verb);
        return run;
      });
    }, LONG);
  });

  async function prepare({ before }: Verb): Promise<void> {
    for (const argv of before) await home.kindbox.succeed(argv);
  }

  /** Asked until the daemon has done what a killed program had asked it for. */
  async function expectListIsTrue(): Promise<void> {
    await eventually(async () => {
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
      const listed = clusters.find((one) => one.name === name);
      const [there, running] = await Promise.all([containers(), containers('--filter=status=running')]);
      expect(listed?.nodes.map((node) => node.name).sort()).toEqual(there);
      expect(listed?.nodes.filter(({ state }) => state === 'running').map((node) => node.name).sort()).toEqual(running);
      expect(listed?.state === 'running').toBe(there.length === running.length);
    }, 30_000);
  }

  /** What was undone leaves neither container nor Node object nor token; what stays takes pods. */
  async function expectNothingHalfDone({ undone, stopped, verb }: Verb, before: Resting): Promise<void> {
    if (undone === true) expect(await containers()).toEqual(before.containers);
    if (stopped === true || verb === 'start' || verb === 'node restart') return;
    const nodes = await cluster.kubectl.nodes();
    const [there, tokens] = await Promise.all([containers(), joinTokens()]);
    expect(nodes.filter(({ metadata, spec }) => there.includes(metadata.name) && spec.unschedulable === true)).toEqual([]);
    if (undone === true) expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual(before.containers);
    expect(tokens).toEqual(before.tokens);
  }

  /** Twice: the second time there is nothing to be done. */
  async function expectMended({ mend, workersAfter, stopped }: Verb): Promise<void> {
    await home.kindbox.succeed(mend);
    expect(await containers()).toEqual([cluster.master, ...Array.from({ length: workersAfter }, (_, index) => worker(index))].sort());
    const ids = await leftoversOf(name);
    const again = await home.kindbox.json<Partial<ResizeResult & LifecycleResult>>(mend);
    expect([...(again.added ?? []), ...(again.removed ?? []), ...(again.clusters ?? []).flatMap(({ changed }) => changed)]).toEqual([]);
    expect(await leftoversOf(name)).toEqual(ids);
    if (stopped !== true) {
      // Who was killed while it waited for nodes has nothing left to be done, but they may not be Ready yet.
      await eventually(async () => {
        const nodes = await cluster.kubectl.nodes();
        expect(nodes.map((node) => [node.metadata.name, isReady(node)])).toEqual((await containers()).map((node) => [node, true]));
      });
    }
    expect((await home.kindbox.files()).filter((path) => !path.includes('kindbox-logs-'))).toEqual(files);
  }

  /** One of a program that was killed lives on for a quarter of an hour. */
  async function joinTokens(): Promise<string[]> {
    const names = await cluster.kubectl.run(['get', 'secrets', '--namespace=kube-system', '--field-selector=type=bootstrap.kubernetes.io/token', '--output=name']);
    return names.split('\n').filter((line) => line !== '').sort();
  }
});

const KILL_FIRST = [...SIGNALS].reverse() as [Signalled, ...Signalled[]];

describe('a destroy that is interrupted', () => {
  const home = useKindbox(name);
  const create = ['create', `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--ephemeral', '--num-workers=1', name];
  const destroy = ['destroy', name];
  let others: Leftovers;
  let stages: readonly string[];
  beforeAll(async () => {
    others = await everythingInDocker();
    await home.kindbox.succeed(create);
    stages = await stagesOf(home.kindbox, destroy);
  });

  test.each(mainOfSome(...KILL_FIRST))('$fault at every stage', async (signalled) => {
    await eachCell('destroy', signalled, SIGNALS, stages, async (stage) => {
      await home.kindbox.succeed(destroy);
      await home.kindbox.succeed(create);
      const run = await injectAt(home.kindbox, destroy, { stage }, signalled.inject);
      expectEnd(run, signalled);
      const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
      // What has lost a part is no cluster; whoever was killed before Docker was asked for anything has left one.
      expect(clusters.filter((one) => one.name === name && one.state === 'running' && one.nodes.filter((node) => node.state === 'running').length < 2)).toEqual([]);
      await home.kindbox.succeed(destroy);
      await home.kindbox.succeed(destroy);
      expect(await leftoversOf(name)).toEqual(NOTHING);
      expect(await everythingInDocker()).toEqual(others);
      expect(await home.kindbox.files()).toEqual([]);
      return run;
    });
  }, LONG);
});

/** What is over when the signal comes has succeeded. */
function expectEnd(run: KindboxRun, { exitCode }: Signalled): void {
  if (![exitCode, 0].includes(run.exitCode)) throw new Error(`not ${exitCode}: ${describeRun(run)}`);
  expect(run.stderr).not.toMatch(/^\s+at /m);
}

async function containers(...filters: readonly string[]): Promise<string[]> {
  return (await dockerLines(['ps', '--all', `--filter=label=dev.kindbox.cluster=${name}`, ...filters, '--format={{.Names}}'])).sort();
}
