import { createCluster } from '../../../src/cluster/create.js';
import { destroyClusters } from '../../../src/cluster/destroy.js';
import { stopClusters } from '../../../src/cluster/lifecycle.js';
import { listClusters } from '../../../src/cluster/list.js';
import { thisProcess, type Holder } from '../../../src/cluster/lock/holder.js';
import { lockNode } from '../../../src/cluster/lock/node-lock.js';
import { removeNode } from '../../../src/cluster/node-verbs.js';
import type { CreateOptions, ResizeOptions } from '../../../src/cluster/options.js';
import { resizeCluster } from '../../../src/cluster/resize.js';
import type { EngineContext } from '../../../src/engine.js';
import { KindboxError } from '../../../src/errors/index.js';
import type { EngineEvent } from '../../../src/events/event.js';
import { LABELS, nodeLabels, ownedLabels } from '../../../src/nodes/labels.js';
import { lockName } from '../../../src/nodes/names.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import type { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';
import { CREATE, fakeEngine, refusal } from './support/fake-engine.js';

const resizing: ResizeOptions = { name: 'demo', numWorkers: 3, waitAll: false, waitMs: 1000, drainTimeoutMs: 1000, force: false, retain: false };

let provider: FakeProvider;
let events: EngineEvent[];
let abort: AbortController;
let context: EngineContext;

beforeEach(async () => { ({ provider, events, abort, context } = await fakeEngine()); });

const everything = (): string[] => [...provider.nodes.keys(), ...provider.networks.keys(), ...provider.volumes.keys()];

/** A create that goes no further than kubeadm until it is cancelled. */
function stuckCreate(wish: Partial<CreateOptions> = {}): { ended: Promise<KindboxError>; stuck: Promise<void> } {
  let arrived = (): void => undefined;
  const stuck = new Promise<void>((resolve) => { arrived = resolve; });
  provider.onExec = (node, argv) => {
    if (argv[0] !== 'kubeadm') return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    arrived();
    return new Promise((_resolve, reject) => {
      const look = setInterval(() => {
        if (!abort.signal.aborted && provider.nodes.has(node.id)) return;
        clearInterval(look);
        reject(new KindboxError('the node was removed', { reason: 'cluster' }));
      }, 5);
    });
  };
  return { ended: refusal(createCluster(context, { ...CREATE, ...wish })), stuck };
}

function addCluster(complete = true): ObservedNode {
  const labels = { ...nodeLabels('demo', 'run1', 'control-plane', 0), [LABELS.runtime]: 'runc' };
  const nodes = [observedNode('demo', 'control-plane', 0, { labels }), observedNode('demo', 'worker', 0)];
  for (const node of nodes) provider.nodes.set(node.id, node);
  if (complete) provider.volumes.set('demo-kindbox', { id: 'demo-kindbox', labels: { ...ownedLabels('demo', 'run1'), [LABELS.completed]: 'true' } });
  const [master] = nodes;
  if (master === undefined) throw new Error('no node');
  return master;
}

function addCreateLock(holder: unknown): void {
  provider.volumes.set(lockName('demo'), { id: lockName('demo'), labels: { ...ownedLabels('demo', 'other'), [LABELS.lock]: JSON.stringify(holder) } });
}

const elsewhere: Holder = { verb: 'create', pid: 4711, host: 'builder', user: 'ann', since: '2026-11-21T14:02:11.000Z' };
const killed = async (): Promise<Holder> => ({ ...await thisProcess('create'), began: '1' });

describe('two creates of one name', () => {
  test('one is refused, is told who creates it, and touches nothing', async () => {
    const first = stuckCreate();
    await first.stuck;
    const before = everything();
    const error = await refusal(createCluster(context, CREATE));
    expect(error.reason).toBe('conflict');
    expect(`${error.message} ${error.because}`).toMatch(new RegExp(`"demo" is being created .*kindbox create, pid ${process.pid} of `));
    expect(everything()).toEqual(before);
    abort.abort();
    await first.ended;
    expect(everything()).toEqual([]);
  });

  test('at the same moment, one goes on', async () => {
    provider.onExec = (_node, argv) => Promise.resolve({ exitCode: argv[0] === 'kubeadm' ? 1 : 0, stdout: '', stderr: '' });
    const errors = await Promise.all([1, 2, 3, 4].map(() => refusal(createCluster(context, CREATE))));
    expect(errors.map(({ reason }) => reason).sort()).toEqual(['cluster', 'conflict', 'conflict', 'conflict']);
    expect(provider.calls.filter((call) => call === 'create demo-master')).toHaveLength(1);
    expect(everything()).toEqual([]);
  });

  test('the other names of a cluster are no hindrance', async () => {
    const first = stuckCreate();
    await first.stuck;
    const second = stuckCreate({ name: 'demo-b' });
    await second.stuck;
    abort.abort();
    await Promise.all([first.ended, second.ended]);
    expect(everything()).toEqual([]);
  });
});

describe('the lock that a killed create has left', () => {
  test('does not stand in the way when there is nothing else', async () => {
    addCreateLock(await killed());
    const next = stuckCreate();
    await next.stuck;
    abort.abort();
    await next.ended;
    expect(everything()).toEqual([]);
  });

  test('is said to be left where there is more', async () => {
    addCluster(false);
    addCreateLock(await killed());
    const error = await refusal(createCluster(context, CREATE));
    expect([error.reason, error.message, error.next]).toEqual(['conflict', expect.stringMatching(/part of a cluster/), ['kindbox destroy demo']]);
  });

  test('may be alive when it is of another host: what removes it is told', async () => {
    addCreateLock(elsewhere);
    const error = await refusal(createCluster(context, CREATE));
    expect([error.because, error.next.at(-1)]).toEqual([expect.stringMatching(/pid 4711 of ann on builder/), 'kindbox destroy demo']);
    expect(everything()).toEqual([lockName('demo')]);
  });

  test('goes with destroy', async () => {
    addCreateLock(elsewhere);
    await destroyClusters(context, { names: ['demo'], all: false });
    expect(everything()).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'note', message: expect.stringMatching(/being created by kindbox create, pid 4711/) }));
  });

  test('is removed by the next verb on a cluster that became complete', async () => {
    addCluster();
    addCreateLock(elsewhere);
    await stopClusters(context, { names: ['demo'] });
    expect([...provider.volumes.keys()]).toEqual(['demo-kindbox']);
  });

  test('is of no concern to list', async () => {
    addCreateLock(elsewhere);
    expect(await listClusters(context)).toEqual([expect.objectContaining({ name: 'demo', state: 'partial' })]);
  });

  test('a volume of that name that is not ours is left alone', async () => {
    provider.volumes.set(lockName('demo'), { id: lockName('demo'), labels: {} });
    expect((await refusal(createCluster(context, CREATE))).message).toMatch(/volume named demo-kindbox-lock exists/);
    expect(everything()).toEqual([lockName('demo')]);
  });
});

describe('destroy during create', () => {
  const destroy = (): Promise<unknown> => destroyClusters({ ...context, signal: new AbortController().signal }, { names: ['demo'], all: false });

  test.each([false, true])('removes everything, and the create says so (--retain: %s)', async (retain) => {
    const create = stuckCreate({ retain });
    await create.stuck;
    await destroy();
    const error = await create.ended;
    expect([error.reason, error.message]).toEqual(['conflict', 'The cluster "demo" was destroyed by another kindbox while it was being created']);
    expect(everything()).toEqual([]);
  });

  test.each(['demo-master', 'demo-worker-0', 'demo-worker-1'])('%s is made after destroy has looked', async (late) => {
    provider.onCreateNode = async (spec) => { if (spec.name === late) await destroy(); };
    const create = stuckCreate();
    expect((await create.ended).message).toMatch(/destroyed by another kindbox/);
    expect(everything()).toEqual([]);
  });

  test('the network is made after destroy has looked', async () => {
    const createNetwork = provider.createNetwork.bind(provider);
    provider.createNetwork = async (spec) => { await destroy(); return createNetwork(spec); };
    expect((await stuckCreate().ended).message).toMatch(/destroyed by another kindbox/);
    expect(everything()).toEqual([]);
  });

  test('a create that begins afterwards is left alone', async () => {
    addCluster();
    const remove = provider.removeVolume.bind(provider);
    provider.removeVolume = async (id) => {
      await remove(id);
      if (id !== 'demo-kindbox') return;
      addCreateLock(elsewhere);
      const master = observedNode('demo', 'control-plane', 0, { run: 'other', labels: nodeLabels('demo', 'other', 'control-plane', 0) });
      provider.nodes.set('new', { ...master, id: 'new' });
    };
    await destroy();
    expect(everything()).toEqual(['new', lockName('demo')]);
  });
});

describe('verbs of one cluster', () => {
  const node = 'demo-worker-0';
  const verbs: Record<string, () => Promise<unknown>> = {
    resize: () => resizeCluster(context, resizing),
    'node remove': () => removeNode(context, { node, drainTimeoutMs: 1000, force: false }),
    stop: () => stopClusters(context, { names: ['demo'] }),
  };

  test.each(Object.keys(verbs))('%s is refused at once while another is at work, and is told which', async (verb) => {
    const master = addCluster();
    const before = everything();
    const other = provider.locks.hold(master.id, await thisProcess('resize'));
    const error = await refusal(verbs[verb]?.() ?? Promise.resolve());
    expect([error.reason, error.because]).toEqual(['conflict', expect.stringMatching(`kindbox resize, pid ${process.pid} of `)]);
    expect(everything()).toEqual(before);
    other.release();
  });

  test('one waits a moment for the lock of a holder that may have been killed', async () => {
    const master = addCluster();
    const other = provider.locks.hold(master.id, elsewhere);
    setTimeout(other.release, 50);
    await stopClusters(context, { names: ['demo'] });
    expect([...provider.nodes.values()].map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  test('one that is partial, and may be being created elsewhere, is not resized', async () => {
    addCluster(false);
    addCreateLock({ ...elsewhere, since: new Date().toISOString() });
    expect((await refusal(resizeCluster(context, resizing))).message).toMatch(/is being created/);
    expect(provider.volumes.has(lockName('demo'))).toBe(true);
  });

  test('the lock is free for the next one', async () => {
    const master = addCluster();
    const lock = await lockNode(provider, master, await thisProcess('resize'), abort.signal);
    expect(provider.locks.isHeld(master.id)).toBe(true);
    await lock?.release();
    expect(provider.locks.isHeld(master.id)).toBe(false);
  });

  test('what a resize makes after destroy has looked goes, too', async () => {
    addCluster();
    const remove = provider.removeNode.bind(provider);
    provider.removeNode = async (id) => {
      if (provider.nodes.get(id)?.role === 'control-plane') {
        const worker = observedNode('demo', 'worker', 7, { run: 'run2', labels: nodeLabels('demo', 'run2', 'worker', 7) });
        provider.nodes.set(worker.id, worker);
      }
      await remove(id);
    };
    await destroyClusters(context, { names: ['demo'], all: false });
    expect(everything()).toEqual([]);
  });

  test('a resize that finds a cluster half destroyed waits until it is gone, and says so', async () => {
    const master = addCluster();
    await provider.removeNode(master.id);
    setTimeout(() => { void destroyClusters(context, { names: ['demo'], all: false }); }, 20);
    const error = await refusal(resizeCluster(context, resizing));
    expect([error.reason, error.because]).toEqual(['notFound', 'Another kindbox has just destroyed it.']);
  });

  test('one without a control plane that nobody destroys is told to be so', async () => {
    await provider.removeNode(addCluster().id);
    expect((await refusal(resizeCluster(context, resizing))).message).toBe('The control plane of "demo" does not run');
  });

  test('a resize that is destroyed says so', async () => {
    const master = addCluster();
    provider.onExec = async () => {
      await provider.removeNode(master.id);
      throw new KindboxError('the node was removed', { reason: 'cluster' });
    };
    const error = await refusal(resizeCluster(context, resizing));
    expect([error.reason, error.message]).toEqual(['conflict', 'The cluster "demo" was destroyed by another kindbox while it was being resized']);
  });
});
