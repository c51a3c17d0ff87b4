import type { ObservedCluster } from '../../../src/cluster/observe.js';
import type { ClusterOperation, ClusterPlan } from '../../../src/cluster/operations.js';
import { beyondRepair, problem, type Finding, type FindingKind } from '../../../src/cluster/repair/findings.js';
import type { InsideView } from '../../../src/cluster/repair/inside.js';
import { planRepair, workersToCome, type RepairFacts } from '../../../src/cluster/repair/plan.js';
import { LABELS, ownedLabels } from '../../../src/nodes/labels.js';
import { inDependencyOrder } from '../../../src/plan/execute.js';
import type { NodeState } from '../../../src/provider/types.js';
import { observedNode } from '../../support/observed.js';

const MARK = { id: 'demo-kindbox', labels: { ...ownedLabels('demo', 'run1'), [LABELS.completed]: 'true' } };
const INSIDE: InsideView = {
  api: { nodes: [], tokens: ['abcdef'], initialised: true }, hasCredentials: true, serverAddress: '172.18.0.2', kubeconfig: 'current',
  nodes: new Map([['demo-worker-1', { down: ['containerd.service'], joined: true }]]),
};

interface Circumstances {
  readonly complete?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly states?: Readonly<Record<string, NodeState>>;
  readonly inside?: Partial<InsideView>;
}

function factsOf({ complete = true, labels = {}, states = {}, inside = {} }: Circumstances = {}): RepairFacts {
  const nodes = [observedNode('demo', 'control-plane', 0), observedNode('demo', 'worker', 0), observedNode('demo', 'worker', 1)]
    .map((node) => ({ ...node, state: states[node.name] ?? node.state, labels: { ...node.labels, [LABELS.cni]: 'flannel', [LABELS.runtime]: 'runc', ...labels } }));
  const [master] = nodes;
  const cluster: ObservedCluster = { name: 'demo', nodes, networks: [], volumes: complete ? [MARK] : [] };
  const image = { reference: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.36.3', cri: 'containerd' } as const;
  return { cluster, master: master!, inside: { ...INSIDE, ...inside }, network: 'net1', coming: { run: 'run2', master: master!, image, networkId: 'net1' } };
}

const found = (...kinds: (FindingKind | [FindingKind, string])[]): Finding[] =>
  kinds.map((each) => (typeof each === 'string' ? problem(each, 'x', 'y') : problem(each[0], 'x', 'y', each[1])));
function planOf(findings: readonly Finding[], circumstances: Circumstances = {}): ClusterPlan {
  const plan = planRepair(findings, factsOf(circumstances));
  // It can be executed: no id twice, none unknown, no cycle.
  expect(inDependencyOrder(plan.operations)).toHaveLength(new Set(plan.operations.map(({ id }) => id)).size);
  return plan;
}
/** Without what every round does: credentials are fetched and the API server awaited. */
const ids = (plan: ClusterPlan): string[] => plan.operations.map(({ id }) => id).filter((id) => !/^(fetch-credentials|await-api)\//.test(id));
const get = (plan: ClusterPlan, id: string): ClusterOperation => plan.operations.find((operation) => operation.id === id)!;

describe('one thing is mended by', () => {
  test.each<[string, Finding[], Circumstances, string[]]>([
    ['starting a worker', found(['node-stopped', 'demo-worker-0']), { states: { 'demo-worker-0': 'stopped' } }, ['start-node/demo-worker-0', 'await-back/demo', 'keep-nodes/demo']],
    ['letting it go on, and its kubelet speak at once', found(['node-paused', 'demo-worker-0']), { states: { 'demo-worker-0': 'paused' } }, ['start-node/demo-worker-0', 'restart-services/demo-worker-0', 'await-back/demo', 'keep-nodes/demo']],
    ['connecting it while it is stopped', found(['node-disconnected', 'demo-worker-0']), {}, ['stop-node/demo-worker-0', 'connect-node/demo-worker-0', 'start-node/demo-worker-0', 'await-back/demo', 'keep-nodes/demo']],
    ['restarting a worker that has moved', found(['node-moved', 'demo-worker-0']), {}, ['stop-node/demo-worker-0', 'start-node/demo-worker-0', 'await-back/demo', 'keep-nodes/demo']],
    ['restarting one that is not known', found(['unregistered', 'demo-worker-0']), {}, ['stop-node/demo-worker-0', 'start-node/demo-worker-0', 'await-back/demo', 'keep-nodes/demo']],
    ['starting what does not run', found(['service-down', 'demo-worker-1']), {}, ['restart-services/demo-worker-1', 'await-back/demo']],
    ['schedulability', found(['cordoned', 'demo-worker-1']), {}, ['uncordon-node/demo-worker-1']],
    ['revoking', found('tokens-left'), {}, ['revoke-left-tokens/demo']],
    ['writing the kubeconfig', found('kubeconfig-missing'), {}, ['write-kubeconfig/demo']],
    ['updating it', found('kubeconfig-stale'), {}, ['refresh-kubeconfig/demo']],
    ['restarting a worker that sees no /proc any more', found(['node-proc-lost', 'demo-worker-0']), {}, ['stop-node/demo-worker-0', 'start-node/demo-worker-0', 'await-back/demo', 'keep-nodes/demo']],
    ['restarting a silent control plane, after which its port may be another', found('api-silent'), {}, ['stop-node/demo-master', 'start-node/demo-master', 'await-back/demo', 'keep-nodes/demo', 'refresh-kubeconfig/demo']],
    ['not waiting for nodes that nobody makes Ready', found(['node-stopped', 'demo-worker-0']), { labels: { [LABELS.cni]: 'none' } }, ['start-node/demo-worker-0', 'keep-nodes/demo']],
  ])('%s', (_what, findings, circumstances, expected) => {
    expect(ids(planOf(findings, circumstances))).toEqual(expected);
  });
});

test('a control plane that has moved goes back to where others look for it; a worker need not', () => {
  const plan = planOf(found(['node-moved', 'demo-master']), { inside: { serverAddress: '172.18.0.7' } });
  expect(get(plan, 'connect-node/demo-master')).toMatchObject({ networkId: 'net1', ipv4: '172.18.0.7', needs: ['stop-node/demo-master'] });
});

test('the Node object of a control plane gets back what kubeadm had given it', () => {
  expect(get(planOf(found(['unregistered', 'demo-master'])), 'mark-control-plane/demo-master')).toMatchObject({ schedulable: false, needs: ['await-api/demo-master'] });
});

test('a worker that registers again gets the labels that every worker has', () => {
  const plan = planOf(found(['unregistered', 'demo-worker-0']), { labels: { [LABELS.workerDefaults]: '{"labels":{"team":"blue"}}' } });
  expect(get(plan, 'label-node/demo-worker-0')).toMatchObject({ labels: { team: 'blue' }, needs: ['await-back/demo'] });
});

describe('workers are made anew', () => {
  const findings = found(['worker-missing', 'demo-worker-7'], ['never-joined', 'demo-worker-1'], ['node-stopped', 'demo-worker-0']);

  test('at their own indices', () => {
    expect(workersToCome('demo', findings)).toEqual([1, 7]);
  });

  test('once their names are free and the API server answers, with a token that is revoked', () => {
    const plan = planOf(findings);
    const freed = ['delete-node-object/demo-worker-7', 'remove-node/demo-worker-1'];
    expect(get(plan, 'create-node/demo-worker-7').needs).toEqual([...freed, 'await-api/demo-master']);
    expect(freed.map((id) => get(plan, id).needs)).toEqual([['await-api/demo-master'], ['await-api/demo-master']]);
    expect(get(plan, 'issue-credentials/demo-master').needs).toEqual(['await-api/demo-master']);
    expect(get(plan, 'mint-token/demo').needs).toEqual(['issue-credentials/demo-master']);
    expect(get(plan, 'revoke-token/demo').after).toEqual(['join-worker/demo-worker-1', 'join-worker/demo-worker-7']);
  });

  test('and come back with Docker from then on, as those do that were started', () => {
    expect(get(planOf(findings), 'keep-nodes/demo')).toMatchObject({ nodes: ['demo-worker-0', 'demo-worker-1', 'demo-worker-7'] });
  });

  test('not when it is not known on which network: nothing is removed then', () => {
    expect(ids(planRepair(findings, { ...factsOf(), coming: undefined })).filter((id) => /remove|delete|create/.test(id))).toEqual([]);
  });
});

test('one node that cannot be brought back does not keep the others from it', () => {
  const plan = planOf(found(['node-stopped', 'demo-worker-0'], ['service-down', 'demo-worker-1'], ['cordoned', 'demo-worker-0'], 'tokens-left'));
  expect(plan.operations.filter(({ kind, tolerant }) => kind !== 'keep-nodes' && tolerant !== true)).toEqual([]);
  expect(get(plan, 'await-back/demo')).toMatchObject({ needs: ['await-api/demo-master'], after: ['start-node/demo-worker-0', 'restart-services/demo-worker-1'] });
});

describe('a create that was killed', () => {
  test('is completed last, when all else has succeeded', () => {
    const plan = planOf(found('incomplete', ['never-joined', 'demo-worker-1'], 'tokens-left'), { complete: false });
    const others = ids(plan).filter((id) => id !== 'mark-complete/demo');
    expect(get(plan, 'mark-complete/demo').needs).toEqual(expect.arrayContaining(others));
    expect(others).toEqual(expect.arrayContaining(['apply-cni/demo-master', 'await-ready/demo-master', 'await-dns/demo']));
    expect(get(plan, 'keep-nodes/demo')).toMatchObject({ nodes: ['demo-master', 'demo-worker-0', 'demo-worker-1'] });
  });

  test('is not before it is known what is inside; nor are workers waited for that may never have joined', () => {
    const states = { 'demo-master': 'stopped', 'demo-worker-0': 'stopped', 'demo-worker-1': 'stopped' } as const;
    const findings = found('incomplete', ...Object.keys(states).map((name): [FindingKind, string] => ['node-stopped', name]));
    const plan = planOf(findings, { complete: false, states, inside: { api: undefined } });
    expect(ids(plan)).toEqual(['start-node/demo-master', 'start-node/demo-worker-0', 'start-node/demo-worker-1', 'refresh-kubeconfig/demo']);
  });
});

test('a merged kubeconfig is merged again, and the current context stays', () => {
  const plan = planOf(found('kubeconfig-missing'), { labels: { [LABELS.kubeconfig]: 'merge' } });
  expect(get(plan, 'write-kubeconfig/demo')).toMatchObject({ mode: 'merge', keepContext: true });
});

test('what is beyond repair has no operation', () => {
  expect(ids(planOf([beyondRepair('kubeconfig-foreign', 'x', ['y'])]))).toEqual([]);
});
