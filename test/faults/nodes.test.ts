import type { ClusterSummary, ResizeResult } from '../../src/cluster/options.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { fillerDeployment, pauseImageOf } from '../support/filler.js';
import { describeRun, type KindboxRun } from '../support/kindbox.js';
import { isReady, Kubectl } from '../support/kubectl.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { anyRuntime } from '../support/runtimes.js';
import { failureOf } from './support/failure.js';
import { injectAt } from './support/inject.js';
import { recorded } from './support/record.js';
import { useOwnDaemon } from './support/own-daemon.js';

const name = `${filePrefix}-n`;
const master = `${name}-master`;
const worker = (index: number): string => `${name}-worker-${index}`;
const create = ['create', '--json', `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--num-workers=2', '--wait-all', '--wait=40s', name];

useOwnDaemon();
const home = useKindbox(name);
afterEach(async () => {
  await home.kindbox.succeed(['destroy', name]);
  await home.kindbox.succeed(['destroy', name]);
  expect(await leftoversOf(name)).toEqual(NOTHING);
});

describe('a worker that fails while it joins: the others finish, it is named, and resize mends it', () => {
  const kubeletMasked = ['exec', worker(1), 'sh', '-c', 'ln -sf /dev/null "$(systemctl show --property FragmentPath --value kubelet)" && systemctl daemon-reload'];

  test.each([
    ['killed', 'join-worker', ['kill', worker(1)]],
    ['paused', 'prepare-join', ['pause', worker(1)]],
    ['without a kubelet', 'prepare-join', kubeletMasked],
    ['cut off its network', 'prepare-join', ['network', 'disconnect', '--force', `${name}-net`, worker(1)]],
  ])('%s', async (fault, stage, argv) => {
    await recorded({ verb: 'create', stage, fault: `worker ${fault}` }, async () => {
      const run = await injectAt(home.kindbox, create, { stage, id: `${stage}/${worker(1)}` }, () => { void docker(argv, { reject: false }); });
      expectExit(run, 9);
      const { message, logTail, next } = failureOf(run);
      expect(message).toContain(worker(1));
      expect(message).not.toContain(worker(0));
      expect(logTail).not.toBe('');
      expect(next).toContain(`kindbox resize --num-workers=2 ${name}`);
      expect(await readyNodes()).toEqual([master, worker(0)]);
      const { added } = await home.kindbox.json<ResizeResult>(['resize', '--num-workers=2', '--wait-all', name]);
      expect(added).toEqual([worker(1)]);
      expect(await readyNodes()).toEqual([master, worker(0), worker(1)]);
      return run;
    });
  });
});

test('a control plane that is killed during init: what stopped is named, and not that a time is over', async () => {
  await recorded({ verb: 'create', stage: 'init-control-plane', fault: 'control plane killed' }, async () => {
    const run = await injectAt(home.kindbox, create, { stage: 'init-control-plane' }, () => { void docker(['kill', master]); });
    expectExit(run, 7);
    expect(failureOf(run).message).toContain(`${master} stopped (exit code 137)`);
    expect(await leftoversOf(name)).toEqual(NOTHING);
    return run;
  });
});

test('a control plane that is cut off its network while workers join: a bounded failure, and nothing is left', async () => {
  await recorded({ verb: 'create', stage: 'join-worker', fault: 'control plane without network' }, async () => {
    const run = await injectAt(home.kindbox, create, { stage: 'join-worker' }, () => { void docker(['network', 'disconnect', '--force', `${name}-net`, master]); });
    expect([7, 8, 9]).toContain(run.exitCode);
    if (run.exitCode !== 9) expect(await leftoversOf(name)).toEqual(NOTHING);
    return run;
  });
});

test('a second interrupt during the rollback: it leaves at once, with the command that cleans up', async () => {
  await recorded({ verb: 'create', stage: 'rollback', fault: 'second SIGINT' }, async () => {
    let insisting: NodeJS.Timeout | undefined;
    const run = await injectAt(home.kindbox, create, { stage: 'init-control-plane' }, ({ signal }) => {
      signal('SIGINT');
      // Within the first moments it is taken for the same keystroke.
      insisting = setInterval(() => { signal('SIGINT'); }, 40);
    });
    clearInterval(insisting);
    expectExit(run, 130);
    expect(run.stderr).toContain(`kindbox destroy ${name}`);
    return run;
  });
});

test('an interrupt with --retain: the nodes stay, list says so, the next step is told, and nothing holds the controllers of what is kept', async () => {
  await recorded({ verb: 'create', stage: 'apply-cni', fault: 'SIGINT with --retain' }, async () => {
    // A second and a bit before the API server's hooks have run, for which the controllers are held.
    const run = await injectAt(home.kindbox, [...create, '--retain'], { stage: 'apply-cni' }, ({ signal }) => { signal('SIGINT'); });
    expectExit(run, 130);
    const holding = run.stderr.split('\n').filter((line) => line.includes('"start-controllers/'));
    expect([holding.some((line) => line.includes('"running"')), holding.some((line) => line.includes('"done"'))]).toEqual([true, false]);
    expect((await leftoversOf(name)).containers).toHaveLength(3);
    expect(run.stderr).toContain(`Remove it with: kindbox destroy ${name}`);
    expect(await stateOf()).toBe('partial');
    // What holds them for a second of each create: see src/kubernetes/held-controllers.ts.
    const { items } = await new Kubectl(master).get<{ items: { metadata: { name: string } }[] }>('flowschemas,prioritylevelconfigurations');
    expect(items.map(({ metadata }) => metadata.name)).not.toContain('kindbox-controllers');
    await eventually(() => new Kubectl(master).run(['get', 'serviceaccount', 'default']));
    return run;
  });
});

describe('a cluster that loses what it has', () => {
  test('without a home to write to it stays, and the way to its kubeconfig is told; then everything else befalls it', async () => {
    await recorded({ verb: 'create', stage: 'write-kubeconfig', fault: 'HOME cannot be written' }, async () => {
      // Root may write everywhere but there.
      const run = await home.kindbox.run(create, { environment: { HOME: '/proc/nowhere' } });
      expectExit(run, 9);
      expect(failureOf(run).next.join('\n')).toContain(`kindbox kubeconfig get ${name}`);
      expect(await stateOf()).toBe('running');
      return run;
    });
    await recorded({ verb: 'resize', stage: 'drain-node', fault: 'a budget that allows no eviction' }, async () => {
      const kubectl = new Kubectl(master);
      await kubectl.apply(fillerDeployment(await pauseImageOf(master)), {
        apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'all' }, spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'filler' } } },
      });
      await eventually(async () => expect((await kubectl.pods('app=filler')).filter(isReady)).toHaveLength(2));
      const down = ['resize', '--json', '--num-workers=1', '--drain-timeout=5s', name];
      const run = await home.kindbox.run(down);
      expectExit(run, 8);
      expect(failureOf(run).next.join('\n')).toContain('--force');
      expect((await kubectl.nodes()).map(({ metadata, spec }) => [metadata.name, spec.unschedulable ?? false])).toEqual([[master, false], [worker(0), false], [worker(1), false]]);
      expectExit(await home.kindbox.run([...down, '--force']), 0);
      await kubectl.run(['delete', 'deployment/filler', 'poddisruptionbudget/all']);
      await home.kindbox.succeed(['resize', '--num-workers=2', '--wait-all', name]);
      return run;
    });
    await recorded({ verb: 'resize', stage: '-', fault: 'worker removed by hand' }, async () => {
      await docker(['rm', '--force', '--volumes', worker(0)]);
      const result = await home.kindbox.json<ResizeResult>(['resize', '--num-workers=2', '--wait-all', name]);
      expect(result.added).toEqual([worker(0)]);
      expect(await readyNodes()).toEqual([master, worker(0), worker(1)]);
      return undefined;
    });
    await recorded({ verb: 'resize', stage: 'drain-node', fault: 'the worker that goes is dead' }, async () => {
      await docker(['kill', worker(1)]);
      expect(await stateOf()).toBe('degraded');
      await home.kindbox.succeed(['resize', '--num-workers=1', name]);
      expect((await new Kubectl(master).nodes()).map(({ metadata }) => metadata.name)).toEqual([master, worker(0)]);
      expect(await stateOf()).toBe('running');
      return undefined;
    });
    await recorded({ verb: 'destroy', stage: 'remove-network', fault: 'a foreign container on the network' }, async () => {
      const foreign = await docker(['run', '--detach', '--network', `${name}-net`, '--entrypoint', 'sleep', NODE_IMAGE, 'infinity']);
      const run = await home.kindbox.run(['destroy', name]);
      expectExit(run, 0);
      expect(run.stderr).toContain(`docker network rm ${name}-net`);
      expect(await docker(['inspect', '--format', '{{.State.Running}} {{len .NetworkSettings.Networks}}', foreign])).toBe('true 1');
      await docker(['rm', '--force', foreign]);
      return run;
    });
  });
});

async function readyNodes(): Promise<string[]> {
  return (await new Kubectl(master).nodes()).filter(isReady).map(({ metadata }) => metadata.name);
}

async function stateOf(): Promise<string | undefined> {
  const { clusters } = await home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
  return clusters.find((cluster) => cluster.name === name)?.state;
}

function expectExit(run: KindboxRun, code: number): void {
  if (run.exitCode !== code) throw new Error(`not ${code}: ${describeRun(run)}`);
  expect(run.stderr).not.toMatch(/^\s+at /m);
}
