import type { ObservedCluster } from '../../../src/cluster/observe.js';
import { diagnoseContainers } from '../../../src/cluster/repair/containers.js';
import { diagnose } from '../../../src/cluster/repair/diagnose.js';
import { problemsAmong, type Finding } from '../../../src/cluster/repair/findings.js';
import type { ApiView, InsideView } from '../../../src/cluster/repair/inside.js';
import { judge } from '../../../src/cluster/repair/state.js';
import { CORDONED } from '../../../src/kubernetes/nodes.js';
import type { NodeObject } from '../../../src/kubernetes/types.js';
import { LABELS, ownedLabels } from '../../../src/nodes/labels.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import { observedNode } from '../../support/observed.js';

const NETWORK = { id: 'net1', name: 'demo-net', labels: ownedLabels('demo', 'run1'), subnets: ['172.18.0.0/16'] };
const MARK = { id: 'demo-kindbox', labels: { ...ownedLabels('demo', 'run1'), [LABELS.completed]: 'true' } };

type Changes = Readonly<Record<string, Partial<ObservedNode>>>;

/** A complete cluster of two workers, with nodes that are otherwise. */
function clusterOf(changes: Changes = {}, more: Partial<ObservedCluster> = {}): ObservedCluster {
  const nodes = [observedNode('demo', 'control-plane', 0), observedNode('demo', 'worker', 0), observedNode('demo', 'worker', 1)]
    .map((node) => ({ ...node, labels: { ...node.labels, [LABELS.cni]: 'flannel' }, ...changes[node.name] }));
  return { name: 'demo', nodes, networks: [NETWORK], volumes: [MARK], ...more };
}

const without = (cluster: ObservedCluster, name: string): ObservedCluster => ({ ...cluster, nodes: cluster.nodes.filter((node) => node.name !== name) });

function nodeObject(name: string, { ready = true, address = '172.18.0.2', ...more }: { ready?: boolean; address?: string; unschedulable?: boolean; annotations?: Record<string, string>; version?: string } = {}): NodeObject {
  return {
    metadata: { name, ...(more.annotations && { annotations: more.annotations }) }, spec: { ...(more.unschedulable && { unschedulable: true }) },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', message: 'it is lazy' }], addresses: [{ type: 'InternalIP', address }],
      nodeInfo: { kubeletVersion: more.version ?? 'v1.36.3' },
    },
  };
}

const NAMES = ['demo-master', 'demo-worker-0', 'demo-worker-1'];
const ALL_WELL: ApiView = { nodes: NAMES.map((name) => nodeObject(name)), tokens: [], initialised: true };

function insideOf(more: Partial<InsideView> = {}, api: Partial<ApiView> = {}): InsideView {
  return {
    api: { ...ALL_WELL, ...api }, hasCredentials: true, serverAddress: '172.18.0.2', kubeconfig: 'current',
    nodes: new Map(NAMES.map((name) => [name, { down: [], joined: true }])), ...more,
  };
}

const withNode = (changed: NodeObject): Partial<ApiView> => ({ nodes: ALL_WELL.nodes.map((node) => (node.metadata.name === changed.metadata.name ? changed : node)) });
const withoutNode = (name: string): Partial<ApiView> => ({ nodes: ALL_WELL.nodes.filter((node) => node.metadata.name !== name) });
const withView = (name: string, down: readonly string[], joined: boolean): Partial<InsideView> => ({ nodes: new Map([...insideOf().nodes, [name, { down, joined }]]) });
const lost = (name: string, down: readonly string[] = []): Partial<InsideView> => ({ nodes: new Map([...insideOf().nodes, [name, { down, joined: true, procLost: true }]]) });
const told = (findings: readonly Finding[]): string[] => findings.map(({ kind, node }) => (node === undefined ? kind : `${kind} ${node}`));
const DOWN: Partial<ObservedNode> = { state: 'stopped', addresses: [], network: 'demo-net' };

test('nothing is found about a cluster that is whole', () => {
  expect(diagnose(clusterOf(), insideOf())).toEqual([]);
  expect(judge(clusterOf(), [])).toEqual({ state: 'running', reason: '' });
});

describe('what Docker alone tells', () => {
  test.each<[string, ObservedCluster, string[], string]>([
    ['a worker that is stopped', clusterOf({ 'demo-worker-1': DOWN }), ['node-stopped demo-worker-1'], 'degraded'],
    ['a worker that is paused', clusterOf({ 'demo-worker-1': { state: 'paused' } }), ['node-paused demo-worker-1'], 'degraded'],
    ['a worker on no network', clusterOf({ 'demo-worker-0': { addresses: [] } }), ['node-disconnected demo-worker-0'], 'degraded'],
    ['a worker on another network alone', clusterOf({ 'demo-worker-0': { addresses: [{ networkId: 'x', networkName: 'x', ipv4: '10.0.0.2' }] } }), ['node-disconnected demo-worker-0'], 'degraded'],
    ['a control plane that is stopped', clusterOf({ 'demo-master': DOWN }), ['node-stopped demo-master'], 'broken'],
    ['a control plane that is paused', clusterOf({ 'demo-master': { state: 'paused' } }), ['node-paused demo-master'], 'broken'],
    ['no node that runs', clusterOf({ 'demo-master': DOWN, 'demo-worker-0': DOWN, 'demo-worker-1': DOWN }), NAMES.map((name) => `node-stopped ${name}`), 'stopped'],
    ['no mark of completion', clusterOf({}, { volumes: [] }), ['incomplete'], 'partial'],
    ['no control plane', without(clusterOf(), 'demo-master'), ['control-plane-missing'], 'broken'],
    ['neither a control plane nor a mark', { ...without(clusterOf(), 'demo-master'), volumes: [] }, ['control-plane-missing'], 'partial'],
    ['a network and no node', clusterOf({}, { nodes: [] }), ['control-plane-missing'], 'partial'],
    ['a network of its own among others', clusterOf({ 'demo-worker-0': { addresses: [{ networkId: 'x', networkName: 'x', ipv4: '10.0.0.2' }, { networkId: 'net1', networkName: 'demo-net', ipv4: '172.18.0.3' }] } }), [], 'running'],
    ['nodes on several networks that are not its own', clusterOf({ 'demo-master': { addresses: [{ networkId: 'x', networkName: 'x', ipv4: '10.0.0.2' }] } }, { networks: [] }), [], 'running'],
  ])('%s', (_what, cluster, expected, state) => {
    const findings = diagnoseContainers(cluster);
    expect(told(findings)).toEqual(expected);
    expect(judge(cluster, findings).state).toBe(state);
  });

  test('the reason is short, whatever the number of nodes', () => {
    const workers = Array.from({ length: 9 }, (_, index) => observedNode('demo', 'worker', index, { state: 'paused' }));
    const cluster = clusterOf({}, { nodes: [observedNode('demo', 'control-plane', 0), ...workers] });
    expect(judge(cluster, diagnoseContainers(cluster)).reason).toBe('demo-worker-0 is paused, demo-worker-1 is paused, 7 more');
  });

  test('no node that knows the network of a cluster without its own: the user has to', () => {
    const [finding] = diagnoseContainers(clusterOf({ 'demo-master': { addresses: [] }, 'demo-worker-0': { addresses: [] }, 'demo-worker-1': { addresses: [] } }, { networks: [] }));
    expect(finding).toMatchObject({ kind: 'network-unknown', repair: null, next: ['docker network connect NETWORK demo-master'] });
  });
});

describe('what nodes and API server tell', () => {
  test.each<[string, InsideView, string[]]>([
    ['a worker without a Node object that had joined', insideOf({}, withoutNode('demo-worker-0')), ['unregistered demo-worker-0']],
    ['the control plane without one', insideOf({}, withoutNode('demo-master')), ['unregistered demo-master']],
    ['a worker that never joined: its kubelet is not meant to run', insideOf(withView('demo-worker-0', ['kubelet.service'], false), withoutNode('demo-worker-0')), ['never-joined demo-worker-0']],
    ['a kubelet that does not run, which explains a node that is not Ready', insideOf(withView('demo-worker-1', ['kubelet.service'], true), withNode(nodeObject('demo-worker-1', { ready: false }))), ['service-down demo-worker-1']],
    ['a node that is not Ready, for no other reason', insideOf({}, withNode(nodeObject('demo-worker-1', { ready: false }))), ['not-ready demo-worker-1']],
    ['a worker at another address than it says', insideOf({}, withNode(nodeObject('demo-worker-1', { address: '172.18.0.9' }))), ['node-moved demo-worker-1']],
    ['a control plane at another address than others look for it', insideOf({ serverAddress: '172.18.0.7' }), ['node-moved demo-master']],
    ['a Node object without a container', insideOf({}, { nodes: [...ALL_WELL.nodes, nodeObject('demo-worker-5')] }), ['worker-missing demo-worker-5']],
    ['a node of somebody else', insideOf({}, { nodes: [...ALL_WELL.nodes, nodeObject('my-laptop')] }), ['foreign-node my-laptop']],
    ['a node that a killed resize cordoned', insideOf({}, withNode(nodeObject('demo-worker-0', { unschedulable: true, annotations: { [CORDONED]: 'x' } }))), ['cordoned demo-worker-0']],
    ['a node that the user cordoned', insideOf({}, withNode(nodeObject('demo-worker-0', { unschedulable: true }))), ['cordoned-by-user demo-worker-0']],
    ['tokens', insideOf({}, { tokens: ['abcdef', 'ghijkl'] }), ['tokens-left']],
    ['silence', insideOf({ api: undefined }), ['api-silent']],
    ['a worker that sees no /proc any more, whatever else is with it', insideOf(lost('demo-worker-0', ['kubelet.service']), withNode(nodeObject('demo-worker-0', { ready: false }))), ['node-proc-lost demo-worker-0']],
    ['a control plane that sees none, and is silent', insideOf({ ...lost('demo-master'), api: undefined }), ['node-proc-lost demo-master']],
    ['one in which nothing can be run any more', insideOf({ ...lost('demo-master'), api: undefined, hasCredentials: false, kubeconfig: undefined }), ['node-proc-lost demo-master']],
    ['silence that a stopped containerd explains', insideOf({ api: undefined, ...withView('demo-master', ['containerd.service'], true) }), ['service-down demo-master']],
    ['a kubeconfig that leads elsewhere', insideOf({ kubeconfig: 'stale' }), ['kubeconfig-stale']],
    ['no kubeconfig', insideOf({ kubeconfig: 'missing' }), ['kubeconfig-missing']],
    ['no place for a kubeconfig', insideOf({ kubeconfig: undefined }), []],
    ['a control plane without credentials', insideOf({ api: undefined, hasCredentials: false }), ['never-initialised']],
  ])('%s', (_what, inside, expected) => {
    expect(told(diagnose(clusterOf(), inside))).toEqual(expected);
  });

  test('what the user did himself is told, and is no problem', () => {
    const findings = diagnose(clusterOf(), insideOf({}, withNode(nodeObject('demo-worker-0', { unschedulable: true, version: 'v1.30.0' }))));
    expect(problemsAmong(findings)).toEqual([]);
    expect(judge(clusterOf(), findings)).toEqual({ state: 'running', reason: '' });
  });

  test('a node that Docker has stopped is not said to be anything else', () => {
    const inside = insideOf({}, withNode(nodeObject('demo-worker-1', { ready: false, address: '172.18.0.9' })));
    expect(told(diagnose(clusterOf({ 'demo-worker-1': DOWN }), inside))).toEqual(['node-stopped demo-worker-1']);
  });

  test('nodes of a cluster without a CNI of ours are not expected to be Ready', () => {
    const cluster = clusterOf({ 'demo-master': { labels: { [LABELS.cni]: 'none' } } });
    expect(diagnose(cluster, insideOf({}, withNode(nodeObject('demo-worker-1', { ready: false }))))).toEqual([]);
  });

  test('a create that was asked for no kubeconfig is not given one', () => {
    const cluster = clusterOf({ 'demo-master': { labels: { [LABELS.kubeconfig]: 'none' } } });
    expect(diagnose(cluster, insideOf({ kubeconfig: 'missing' }))).toEqual([]);
  });

  test('where the address of the control plane lasts, its container may be at any', () => {
    const cluster = clusterOf({ 'demo-master': { labels: { [LABELS.cni]: 'flannel', [LABELS.lastingAddress]: '198.18.0.7' } } });
    expect(diagnose(cluster, insideOf({ serverAddress: '198.18.0.7' }))).toEqual([]);
  });
});

describe('a create that was killed', () => {
  const unfinished = clusterOf({}, { volumes: [] });

  test.each<[string, InsideView, string[]]>([
    ['before kubeadm init had ended', insideOf({}, { initialised: false }), ['never-initialised']],
    ['before the API server answered', insideOf({ api: undefined }), ['never-initialised']],
    ['before its workers had joined', insideOf({ ...withView('demo-worker-0', ['kubelet.service'], false), kubeconfig: 'missing' }, withoutNode('demo-worker-0')), ['incomplete', 'never-joined demo-worker-0', 'kubeconfig-missing']],
    ['before its nodes had a network', insideOf({}, withNode(nodeObject('demo-master', { ready: false }))), ['incomplete']],
    ['before it recorded its end', insideOf(), ['incomplete']],
  ])('%s', (_what, inside, expected) => {
    expect(told(diagnose(unfinished, inside))).toEqual(expected);
  });

  test('with a manifest of the user for its network: he is told how to apply it', () => {
    const cluster = clusterOf({ 'demo-master': { labels: { [LABELS.cni]: 'file' } } }, { volumes: [] });
    const [finding] = diagnose(cluster, insideOf({}, withNode(nodeObject('demo-master', { ready: false }))));
    expect(finding).toMatchObject({ kind: 'never-initialised', repair: null, next: [expect.stringContaining('kubectl apply'), 'kindbox repair demo'] });
  });

  test('whose nodes have stopped since is looked into once they run', () => {
    const cluster = clusterOf({ 'demo-master': DOWN, 'demo-worker-0': DOWN, 'demo-worker-1': DOWN }, { volumes: [] });
    expect(told(diagnose(cluster, insideOf({ api: undefined, hasCredentials: undefined, nodes: new Map() })))).toEqual(['incomplete', ...NAMES.map((name) => `node-stopped ${name}`)]);
  });
});

test('whatever cannot be repaired says what to do instead', () => {
  const hopeless = [
    ...diagnose(without(clusterOf(), 'demo-master'), insideOf()), ...diagnose(clusterOf(), insideOf({ lostNetwork: 'demo-net' })),
    ...diagnose(clusterOf(), insideOf({ hasCredentials: false })), ...diagnose(clusterOf(), insideOf({ kubeconfig: 'foreign' })),
  ];
  expect(told(hopeless)).toEqual(['control-plane-missing', 'network-missing', 'never-initialised', 'kubeconfig-foreign']);
  expect(hopeless.filter(({ repair, next }) => repair !== null || next.length === 0)).toEqual([]);
});
