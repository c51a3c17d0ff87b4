import { issueCredentials, mintToken, revokeToken } from '../../../src/cluster/handlers/workers.js';
import type { ClusterSession } from '../../../src/cluster/session.js';
import type { OperationRun } from '../../../src/plan/execute.js';
import { newBootstrapToken } from '../../../src/kubernetes/bootstrap-token.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';

const WORKERS = ['demo-worker-3', 'demo-worker-4'];
const credentialsOf = (worker: string): string => `${worker} Q0VSVA== S0VZ\n`;
const run: OperationRun = { signal: new AbortController().signal, progress: () => undefined };

/** The requests for a token that workers' joining makes, when the control plane prints this for `issue-kubelet-credentials`. */
async function requestsWhere(printed: string): Promise<string[]> {
  const requests: string[] = [];
  const provider = new FakeProvider();
  const master = observedNode('demo', 'control-plane', 0);
  provider.nodes.set(master.id, master);
  provider.onExec = () => Promise.resolve({ exitCode: 0, stdout: printed, stderr: '' });
  const session = {
    provider, node: () => master,
    token: newBootstrapToken(), tokenIsMade: true, kubeletCredentials: new Map(), configurationWritten: { promise: Promise.resolve() },
    api: { request: (method: string) => { requests.push(method); return Promise.resolve({}); }, serverTime: () => Promise.resolve(Date.now()) },
  } as unknown as ClusterSession;
  const common = { id: '', group: '', title: '', needs: [] };
  await issueCredentials(session, { ...common, kind: 'issue-credentials', node: 'demo-master', workers: WORKERS }, run);
  await mintToken(session, { ...common, kind: 'mint-token' }, run);
  await revokeToken(session, { ...common, kind: 'revoke-token' }, run);
  return requests;
}

test('workers that are given their credentials leave no token to steal', async () => {
  expect(await requestsWhere(WORKERS.map(credentialsOf).join(''))).toEqual([]);
});

test.each([['an image that cannot issue them', ''], ['one that issued some only', credentialsOf('demo-worker-3')]])('with %s there is a token, and it is revoked', async (_image, printed) => {
  expect(await requestsWhere(printed)).toEqual(['PATCH', 'DELETE']);
});
