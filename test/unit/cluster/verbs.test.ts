import { createCluster } from '../../../src/cluster/create.js';
import { destroyClusters } from '../../../src/cluster/destroy.js';
import { listClusters } from '../../../src/cluster/list.js';
import type { CreateOptions } from '../../../src/cluster/options.js';
import type { EngineContext } from '../../../src/engine.js';
import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import type { EngineEvent } from '../../../src/events/event.js';
import { LABELS, ownedLabels } from '../../../src/nodes/labels.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import type { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';
import { CREATE, fakeEngine, refusal } from './support/fake-engine.js';


let provider: FakeProvider;
let events: EngineEvent[];
let abort: AbortController;
let context: EngineContext;

beforeEach(async () => { ({ provider, events, abort, context } = await fakeEngine()); });

const kubeadmFails = (node: ObservedNode, argv: readonly string[]) => Promise.resolve(
  argv[0] === 'kubeadm' ? { exitCode: 1, stdout: '[certs] made', stderr: 'could not reach abcdef.0123456789abcdef' } : { exitCode: 0, stdout: '', stderr: node.name });

function expectNothing(): void {
  expect([...provider.nodes.keys(), ...provider.networks.keys(), ...provider.volumes.keys()]).toEqual([]);
}

test.each<[string, Partial<CreateOptions>]>([
  ['name', { name: 'x;id' }], ['count', { numWorkers: -1 }], ['subnet', { podSubnet: 'x' }], ['version', { kubernetesVersion: 'latest' }], ['image', { image: '-x' }],
  ['network', { network: 'host' }], ['port', { publish: 70000 }],
])('an invalid %s is refused before Docker is asked anything', async (_what, wrong) => {
  expect((await refusal(createCluster(context, { ...CREATE, ...wrong }))).reason).toBe('usage');
  expect(provider.calls).toEqual([]);
});

test.each<[string, Partial<CreateOptions>, string, RegExp]>([
  ['a runtime that is not registered', { runtime: 'kata' }, 'host', /kata is not registered/],
  ['an image that is not there', { image: 'my/node:1' }, 'image', /no image my\/node:1/],
  ['another version than the image has', { image: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.34.4' }, 'image', /v1.36.3, not v1.34.4/],
  ['a network that is not there', { network: 'mine' }, 'notFound', /no network named mine/],
])('%s is refused before anything is made', async (_what, wish, reason, message) => {
  const error = await refusal(createCluster(context, { ...CREATE, ...wish }));
  expect(error.reason).toBe(reason);
  expect(error.message).toMatch(message);
  expect(error.next.length).toBeGreaterThan(0);
  expect(provider.calls.filter((call) => call.startsWith('create'))).toEqual([]);
  expectNothing();
});

test('without Sysbox both ways out are told', async () => {
  Object.assign(provider.host, { runtimes: ['runc'] });
  const error = await refusal(createCluster(context, CREATE));
  expect(error.next.join('\n')).toMatch(/Install Sysbox[\s\S]*--runtime=runc/);
});

test('a failure of kubeadm removes what the run made, and shows no token', async () => {
  provider.onExec = kubeadmFails;
  const error = await refusal(createCluster(context, CREATE));
  expect(error.message).toMatch(/kubeadm init failed on demo-master/);
  expect(error.logTail).toMatch(/<token>/);
  expect(JSON.stringify([error, events, provider.calls])).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}/);
  expectNothing();
});

test('--retain keeps what was made, and says how to remove it', async () => {
  provider.onExec = kubeadmFails;
  await refusal(createCluster(context, { ...CREATE, retain: true }));
  expect([...provider.nodes.values()].map((node) => node.name).sort()).toEqual(['demo-master', 'demo-worker-0', 'demo-worker-1']);
  expect(events.some((event) => event.type === 'note' && event.message.includes('kindbox destroy demo'))).toBe(true);
});

test('a rollback removes this run\'s objects only, and waits for creates under way', async () => {
  const neighbour = observedNode('demo-b', 'control-plane', 0);
  provider.nodes.set(neighbour.id, neighbour);
  provider.onCreateNode = async (spec) => {
    if (spec.name === 'demo-worker-1') throw new KindboxError('no space left', { reason: 'host' });
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  };
  expect((await refusal(createCluster(context, CREATE))).message).toBe('no space left');
  expect([...provider.nodes.keys()]).toEqual([neighbour.id]);
  expect(provider.calls).toContain('remove demo-master');
});

test.each(['create-network', 'create-node', 'await-runtime', 'init-control-plane', 'fetch-credentials', 'issue-credentials'])('cancelled at %s, nothing is left', async (stage) => {
  const untilCancelled = (): Promise<never> => new Promise((_resolve, reject) => {
    const cancel = (): void => { reject(abort.signal.reason as Error); };
    if (abort.signal.aborted) cancel();
    abort.signal.addEventListener('abort', cancel);
  });
  provider.onExec = (_node, argv) => (argv[0] === 'kubeadm' ? untilCancelled() : Promise.resolve({ exitCode: 0, stdout: '', stderr: '' }));
  const emit = context.emit;
  const cancelling = { ...context, emit: (event: EngineEvent) => {
    emit(event);
    if (event.type === 'step' && event.stage === stage && event.status === 'running') abort.abort(new CancelledError());
  } };
  expect((await refusal(createCluster(cancelling, CREATE))).exitCode).toBe(130);
  expectNothing();
});

test('a cluster of that name, and a container of a node\'s name, are left alone', async () => {
  const existing = observedNode('demo', 'control-plane', 0);
  provider.nodes.set(existing.id, existing);
  expect((await refusal(createCluster(context, CREATE))).reason).toBe('conflict');
  expect([...provider.nodes.keys()]).toEqual([existing.id]);
  provider.nodes.clear();
  provider.foreign.set('demo-worker-1', 'someone');
  const error = await refusal(createCluster(context, CREATE));
  expect(error.message).toMatch(/demo-worker-1 exists already/);
  expect(provider.calls.filter((call) => call.startsWith('remove'))).toEqual([]);
});

test('list tells complete clusters from partial, stopped, degraded and broken ones', async () => {
  const add = (cluster: string, complete: boolean, ...states: ObservedNode['state'][]): void => {
    states.forEach((state, index) => {
      const node = observedNode(cluster, index === 0 ? 'control-plane' : 'worker', Math.max(0, index - 1), { state });
      provider.nodes.set(node.id, node);
    });
    if (complete) provider.volumes.set(`${cluster}-kindbox`, { id: `${cluster}-kindbox`, labels: { ...ownedLabels(cluster, 'run1'), [LABELS.completed]: 'true' } });
  };
  add('up', true, 'running', 'running');
  add('half', false, 'running', 'running');
  add('down', true, 'stopped', 'stopped');
  add('lame', true, 'running', 'stopped');
  add('dead', true, 'stopped', 'running');
  const states = Object.fromEntries((await listClusters(context)).map(({ name, state, reason, workers }) => [name, `${state} ${workers} ${reason}`]));
  expect(states).toEqual({
    down: 'stopped 1 ', half: 'partial 1 its create has not come to an end', lame: 'degraded 1 lame-worker-0 is stopped', dead: 'broken 1 dead-master is stopped', up: 'running 1 ',
  });
});

test('destroy takes all that carries the label and nothing else, and what is absent is a success', async () => {
  for (const cluster of ['a', 'a-b']) {
    const node = observedNode(cluster, 'control-plane', 0);
    provider.nodes.set(node.id, node);
    provider.networks.set(`net-of-${cluster}`, { id: `net-of-${cluster}`, name: `${cluster}-net`, labels: ownedLabels(cluster, 'run1'), subnets: [] });
  }
  const result = await destroyClusters(context, { names: ['a', 'ghost'], all: false });
  expect(result).toMatchObject({ destroyed: [{ name: 'a', nodes: ['a-master'], network: 'removed', kubeconfig: null }], absent: ['ghost'] });
  expect([...provider.nodes.values()].map((node) => node.name)).toEqual(['a-b-master']);
  expect([...provider.networks.keys()]).toEqual(['net-of-a-b']);
  expect((await destroyClusters(context, { names: ['a'], all: false })).absent).toEqual(['a']);
});
