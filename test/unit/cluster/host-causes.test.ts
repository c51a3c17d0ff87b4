import { hostCauses, withHostCauses } from '../../../src/cluster/host-causes.js';
import type { EngineContext } from '../../../src/engine.js';
import { KindboxError } from '../../../src/errors/index.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const GIGABYTE = 1e9;
const failure = new KindboxError('The API server was not ready within 60 s', { reason: 'timeout', because: 'It did not answer.', next: ['wait'] });
let provider: FakeProvider;

beforeEach(() => {
  provider = new FakeProvider();
  for (const node of [observedNode('demo', 'control-plane', 0), observedNode('demo', 'worker', 0)]) provider.nodes.set(node.id, node);
  free({});
});

function free(bytes: Readonly<Record<string, number>>): void {
  provider.onExec = ({ name }) => Promise.resolve({ exitCode: 0, stdout: ` Avail\n${bytes[name] ?? GIGABYTE}\n${GIGABYTE}\n`, stderr: '' });
}

async function explained(signal = new AbortController().signal): Promise<unknown> {
  const context: EngineContext = { provider, signal, emit: () => undefined, environment: {} };
  return withHostCauses(failure, await hostCauses(context, 'demo', 'run1'));
}

test('where nothing is lacking the failure stays as it is', async () => {
  expect(await explained()).toBe(failure);
});

test('a node that the kernel has killed something in is named before the consequence, others of that engine are not', async () => {
  provider.outOfMemory = ['demo-master', 'demo-master', 'other-master'];
  expect(await explained()).toMatchObject({
    message: failure.message, reason: 'timeout', because: 'The kernel has killed processes in demo-master: out of memory. It did not answer.', next: expect.arrayContaining(['wait']),
  });
});

test('a node whose disk is full is named', async () => {
  free({ 'demo-worker-0': 4096 });
  expect(await explained()).toMatchObject({ because: 'The disk is full on which demo-worker-0 write. It did not answer.' });
});

test('nodes that do not answer are no cause, and a run that was cancelled needs none', async () => {
  provider.onExec = () => Promise.reject(new KindboxError('is paused', { reason: 'cluster' }));
  expect(await explained()).toBe(failure);
  provider.outOfMemory = ['demo-master'];
  expect(await explained(AbortSignal.abort())).toBe(failure);
});
