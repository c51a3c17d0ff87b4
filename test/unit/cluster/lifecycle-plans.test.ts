import { planRestart, planStart, planStop } from '../../../src/cluster/lifecycle-plan.js';
import type { ObservedCluster } from '../../../src/cluster/observe.js';
import type { ClusterOperation, ClusterPlan } from '../../../src/cluster/operations.js';
import type { NodeState } from '../../../src/provider/types.js';
import { observedNode } from '../../support/observed.js';

/** A control plane and workers in these states. */
function clusterOf(...[master = 'running', ...workers]: NodeState[]): ObservedCluster {
  const nodes = [observedNode('demo', 'control-plane', 0, { state: master }), ...workers.map((state, index) => observedNode('demo', 'worker', index, { state }))];
  return { name: 'demo', nodes, networks: [], volumes: [] };
}

const wish = { waitAll: true, networked: true };
const ids = (plan: ClusterPlan): string[] => plan.operations.map(({ id }) => id);
function find<K extends ClusterOperation['kind']>(plan: ClusterPlan, kind: K): Extract<ClusterOperation, { kind: K }> {
  const found = plan.operations.find((operation) => operation.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} among ${ids(plan).join(' ')}`);
  return found as Extract<ClusterOperation, { kind: K }>;
}
function worker(cluster: ObservedCluster, index: number): ObservedCluster['nodes'][number] {
  const node = cluster.nodes[index + 1];
  if (node === undefined) throw new Error(`no worker ${index}`);
  return node;
}

describe('stop', () => {
  test('stops all nodes at once', () => {
    const plan = planStop(clusterOf('running', 'running', 'running'));
    expect(plan.operations.map(({ id, needs }) => [id, needs])).toEqual([['stop-node/demo-master', []], ['stop-node/demo-worker-0', []], ['stop-node/demo-worker-1', []]]);
  });

  test('leaves what is stopped, and takes whatever else is not', () => {
    expect(ids(planStop(clusterOf('stopped', 'paused', 'stopped', 'restarting')))).toEqual(['stop-node/demo-worker-0', 'stop-node/demo-worker-2']);
    expect(ids(planStop(clusterOf('stopped', 'stopped')))).toEqual([]);
  });
});

describe('start', () => {
  test('starts all nodes at once, those that run as well: that tells since when they do', () => {
    const starts = planStart(clusterOf('stopped', 'running'), wish).operations.filter(({ kind }) => kind === 'start-node');
    expect(starts.map(({ id, needs }) => [id, needs])).toEqual([['start-node/demo-master', []], ['start-node/demo-worker-0', []]]);
  });

  test('asks the API only after that, and for every node', () => {
    const plan = planStart(clusterOf('stopped', 'stopped'), wish);
    expect(find(plan, 'fetch-credentials').needs).toEqual(['start-node/demo-master', 'start-node/demo-worker-0']);
    expect(find(plan, 'await-api').needs).toEqual(['fetch-credentials/demo-master']);
    expect(find(plan, 'await-back')).toMatchObject({ needs: ['await-api/demo-master'], nodes: ['demo-master', 'demo-worker-0'], dns: true });
  });

  test('waits for the control plane alone unless all were asked for', () => {
    expect(find(planStart(clusterOf('stopped', 'stopped'), { ...wish, waitAll: false }), 'await-back').nodes).toEqual(['demo-master']);
  });

  test('without a CNI there is nothing to wait for', () => {
    expect(ids(planStart(clusterOf('stopped'), { ...wish, networked: false }))).not.toContain('await-back/demo');
  });

  test('a kubeconfig that cannot be updated does not make it fail', () => {
    expect(find(planStart(clusterOf('stopped'), wish), 'refresh-kubeconfig').tolerant).toBe(true);
  });
});

describe('restart', () => {
  test('stops and starts the one node, in this order, and waits for it', () => {
    const cluster = clusterOf('running', 'running', 'running');
    const plan = planRestart(cluster, worker(cluster, 1), wish);
    expect(plan.operations.filter(({ kind }) => /node$/.test(kind)).map(({ id, needs }) => [id, needs]))
      .toEqual([['stop-node/demo-worker-1', []], ['start-node/demo-worker-1', ['stop-node/demo-worker-1']]]);
    expect(find(plan, 'await-back')).toMatchObject({ nodes: ['demo-worker-1'], dns: false });
  });

  test('a node that is stopped is only started', () => {
    const cluster = clusterOf('running', 'stopped');
    const plan = planRestart(cluster, worker(cluster, 0), wish);
    expect(ids(plan)).not.toContain('stop-node/demo-worker-0');
    expect(find(plan, 'start-node').needs).toEqual([]);
  });

  test('after that of the control plane the cluster has its DNS again', () => {
    const cluster = clusterOf('running', 'running');
    const [master] = cluster.nodes;
    expect(master && find(planRestart(cluster, master, wish), 'await-back')).toMatchObject({ nodes: ['demo-master'], dns: true });
  });
});
