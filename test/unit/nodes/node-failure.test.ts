import { execWhileRunning } from '../../../src/nodes/node-failure.js';
import type { ExecResult, NodeExit } from '../../../src/provider/types.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const node = observedNode('demo', 'worker', 0);
const { signal } = new AbortController();

/** A node that ends once the command in it has. */
class EndingProvider extends FakeProvider {
  #end: (exit: NodeExit) => void = () => undefined;
  readonly #ended = new Promise<NodeExit>((resolve) => { this.#end = resolve; });

  constructor(private readonly outcome: () => Promise<ExecResult>, private readonly exit: NodeExit) {
    super();
  }

  override exec(): Promise<ExecResult> {
    setTimeout(() => { this.#end(this.exit); }, 20);
    return this.outcome();
  }

  override waitForExit(): Promise<never> {
    return this.#ended as Promise<never>;
  }
}

const result = (exitCode: number) => () => Promise.resolve({ exitCode, stdout: '', stderr: '' });

test.each([
  ['has an exit code of a command that cannot be run', result(126)], ['has an exit code of a command that is not there', result(127)],
  ['was killed with it', result(137)], ['breaks off', () => Promise.reject(new Error('socket hang up'))],
])('a node that stops is told, and not that the command %s', async (_what, outcome) => {
  const provider = new EndingProvider(outcome, { exitCode: 137, outOfMemory: false });
  await expect(execWhileRunning(provider, node, ['true'], { signal })).rejects.toThrow('The node demo-worker-0 stopped (exit code 137)');
});

test('a command that is not there is told of a node that runs on', async () => {
  const provider = new FakeProvider();
  provider.nodes.set(node.id, node);
  provider.onExec = result(127);
  expect(await execWhileRunning(provider, node, ['absent'], { signal })).toMatchObject({ exitCode: 127 });
});
