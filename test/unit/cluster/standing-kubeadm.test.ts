import { awaitRuntime } from '../../../src/cluster/handlers/nodes.js';
import { awaitBeforeKubeadm, runKubeadm } from '../../../src/cluster/handlers/kubeadm.js';
import { giveNode } from '../../../src/cluster/handlers/node-file.js';
import { ClusterSession } from '../../../src/cluster/session.js';
import type { EngineContext } from '../../../src/engine.js';
import type { ExecResult } from '../../../src/provider/types.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const { signal } = new AbortController();
const run = { signal, progress: () => undefined };
const worker = observedNode('demo', 'worker', 0);
const result = (exitCode: number): ExecResult => ({ exitCode, stdout: '', stderr: '' });

/** A session of which that worker is the only node. */
function sessionOf(provider: FakeProvider): ClusterSession {
  provider.nodes.set(worker.id, worker);
  const context = { provider, emit: () => undefined, signal, environment: {} } as unknown as EngineContext;
  const session = new ClusterSession(context, { cluster: 'demo', run: 'run1', host: provider.host, kubernetesVersion: 'v1.36.3', master: 'demo-master', waitMs: 1000 });
  session.remember(worker);
  return session;
}

/** The programs that a worker's join runs, in a node whose `once-booted` ends with this. */
async function programs(onceBooted: number): Promise<string[]> {
  const provider = new FakeProvider();
  provider.onExec = (_node, argv, { onLine }) => {
    if (argv[0]?.endsWith('once-booted') !== true) return Promise.resolve(result(0));
    if (onceBooted !== 0) return Promise.resolve(result(onceBooted));
    onLine?.('The container runtime answers.', 'stdout');
    return new Promise((resolve) => { setTimeout(resolve, 50, result(0)); });
  };
  const session = sessionOf(provider);
  await awaitRuntime(session, { kind: 'await-runtime', id: '', group: '', title: '', needs: [], node: worker.name }, run);
  await giveNode(session, worker, { path: '/etc/file', mode: '600', content: 'x', failing: 'it failed' }, signal);
  await runKubeadm(session, worker, { signal, stdin: 'configuration' });
  return provider.calls.map((call) => call.replace(`exec ${worker.name} `, '').replaceAll('/usr/local/lib/kindbox/', ''));
}

test('one command waits for the runtime, takes the files and becomes kubeadm', async () => {
  expect(await programs(0)).toEqual(['once-booted await-containerd 120 kubeadm join --config=/dev/stdin --skip-phases=preflight']);
});

test.each([126, 127])('in a node whose image is from before, each has its own (%i)', async (missing) => {
  expect((await programs(missing)).slice(1)).toEqual(['await-containerd 120', 'install --mode=600 /dev/stdin /etc/file', 'kubeadm join --config=/dev/stdin --skip-phases=preflight']);
});

test('a container runtime that does not start is not waited for again', async () => {
  await expect(programs(1)).rejects.toThrow('containerd did not start on demo-worker-0');
});

test('what waits in vain is ended, and does not keep the program from its end', async () => {
  const provider = new FakeProvider();
  const signals: AbortSignal[] = [];
  provider.onExec = (_node, _argv, options) => { signals.push(options.signal); return new Promise(() => undefined); };
  await expect(awaitBeforeKubeadm(sessionOf(provider), worker, ['await-containerd', '1'], { signal, timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout', message: 'The command await-containerd in demo-worker-0 did not end within 0.1 s' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});
