import { planCreate, type CreateFacts } from '../../../src/cluster/create-plan.js';
import { planDestroy } from '../../../src/cluster/destroy-plan.js';
import type { ClusterOperation, ClusterPlan } from '../../../src/cluster/operations.js';
import type { CreateOptions, ResizeOptions } from '../../../src/cluster/options.js';
import { decideResize, planResize } from '../../../src/cluster/resize-plan.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { observedNode } from '../../support/observed.js';

const options: CreateOptions = {
  name: 'demo', numWorkers: 2, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'flannel', waitAll: false, waitMs: 1000, retain: false,
};
const facts: CreateFacts = {
  run: 'run1', image: { reference: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.36.3', cri: 'containerd' }, cni: { name: 'flannel', networked: true, preloaded: true }, hostAddress: '127.0.0.1', mustPublish: false,
};

const ids = (plan: ClusterPlan): string[] => plan.operations.map((operation) => operation.id);
function find<K extends ClusterOperation['kind']>(plan: ClusterPlan, kind: K, subject?: string): Extract<ClusterOperation, { kind: K }> {
  const found = plan.operations.find((operation) => operation.kind === kind && (subject === undefined || operation.id === `${kind}/${subject}`));
  if (found === undefined) throw new Error(`no ${kind} ${subject ?? ''} among ${ids(plan).join(' ')}`);
  return found as Extract<ClusterOperation, { kind: K }>;
}

describe('create', () => {
  test('nodes wait for the network, workers for the control plane, joins for what a join needs only', () => {
    const plan = planCreate(options, facts);
    for (const node of ['demo-master', 'demo-worker-0', 'demo-worker-1']) {
      expect(find(plan, 'create-node', node).needs).toEqual(['create-network/demo-net']);
    }
    for (const worker of ['demo-worker-0', 'demo-worker-1']) expect(find(plan, 'create-node', worker).after).toEqual(['create-node/demo-master']);
    expect(find(plan, 'join-worker', 'demo-worker-1').needs).toEqual(['prepare-join/demo-worker-1', 'await-joinable/demo-master']);
    expect(find(plan, 'prepare-join', 'demo-worker-1').needs).toContain('issue-credentials/demo-master');
    expect(find(plan, 'issue-credentials')).toMatchObject({ needs: ['await-runtime/demo-master'], workers: ['demo-worker-0', 'demo-worker-1'] });
    expect(find(plan, 'apply-cni').needs).toEqual(['await-namespaces/demo-master']);
    expect(find(plan, 'mark-complete').needs).toContain('await-api/demo-master');
    expect(find(plan, 'revoke-token').after).toEqual(['join-worker/demo-worker-0', 'join-worker/demo-worker-1']);
  });

  test('of many workers the eleventh waits for the first, at its boot and at its join', () => {
    const plan = planCreate({ ...options, numWorkers: 11 }, { ...facts, cpus: 4 });
    expect(find(plan, 'create-node', 'demo-worker-10').after).toContain('await-runtime/demo-worker-0');
    expect(find(plan, 'join-worker', 'demo-worker-10').after).toEqual(['join-worker/demo-worker-0']);
    expect(find(plan, 'join-worker', 'demo-worker-9').after).toBeUndefined();
  });

  test('where workers compete with it, the control plane comes first', () => {
    const weights = (numWorkers: number): unknown[] => planCreate({ ...options, numWorkers }, facts).operations.flatMap((operation) => (operation.kind === 'create-node' ? [operation.spec.cpuWeight] : []));
    expect(weights(2)).toEqual([8, undefined, undefined]);
    expect(weights(0)).toEqual([undefined]);
    expect([weights(9)[0], weights(100)[0]]).toEqual([36, 64]);
  });

  test('what Kubernetes makes first is not made of a list when it is asked to be another than the list is of', () => {
    const makes = (more: Partial<CreateOptions>): boolean => ids(planCreate({ ...options, ...more }, facts)).includes('make-first-objects/demo-master');
    expect(makes({ featureGates: {}, kubeadmConfigPatches: [] })).toBe(true);
    for (const more of [{ featureGates: { AnyGate: true } }, { runtimeConfig: { 'api/alpha': 'true' } }, { kubeadmConfigPatches: ['kind: ClusterConfiguration'] }, { controlPlane: { kubeadmConfigPatches: ['kind: InitConfiguration'] } }]) {
      expect(makes(more)).toBe(false);
    }
  });

  test('the network is given the subnet that Docker is likely to choose, beside addresses of the other family', () => {
    const spec = find(planCreate(options, { ...facts, likelySubnet: '172.19.0.0/16', dual: true, ipv6Subnet: 'fd00:1::/64' }), 'create-network').spec;
    expect(spec).toMatchObject({ likelySubnet: '172.19.0.0/16', ipv6Subnet: 'fd00:1::/64', dividing: true });
    expect(find(planCreate(options, facts), 'create-network').spec).not.toHaveProperty('likelySubnet');
  });

  test('controllers are held where the API server can hold them', () => {
    const held = (kubernetesVersion: string): boolean => ids(planCreate(options, { ...facts, image: { ...facts.image, kubernetesVersion } })).includes('start-controllers/demo-master');
    expect([held('v1.29.15'), held('v1.30.0'), held('v1.36.3')]).toEqual([false, true, true]);
  });

  test('a CNI of the user\'s, which may need anything, is applied when the API server is ready', () => {
    const plan = planCreate({ ...options, cni: './mine.yaml' }, { ...facts, cni: { name: 'mine', networked: true, preloaded: false } });
    expect(find(plan, 'apply-cni').needs).toEqual(['await-api/demo-master']);
  });

  test('the token that kubeadm init makes is revoked even if nobody has joined with it', () => {
    const revocation = find(planCreate({ ...options, numWorkers: 0 }, facts), 'revoke-token');
    expect(revocation.needs).toContain('init-control-plane/demo-master');
    expect(revocation.after).toEqual([]);
  });

  test('every node says whose it is', () => {
    const { labels } = find(planCreate(options, facts), 'create-node', 'demo-worker-1').spec;
    expect(labels).toMatchObject({ [LABELS.cluster]: 'demo', [LABELS.run]: 'run1', [LABELS.role]: 'worker', [LABELS.index]: '1', [LABELS.runtime]: 'sysbox-runc' });
  });

  test('a network that exists is used, and none is made', () => {
    const plan = planCreate({ ...options, network: 'mine' }, { ...facts, existingNetworkId: 'net42' });
    expect(ids(plan).some((id) => id.startsWith('create-network'))).toBe(false);
    expect(find(plan, 'create-node', 'demo-master').spec.network).toBe('net42');
  });

  test('on a network where addresses change, all nodes know the one of the control plane that stays', () => {
    const plan = planCreate({ ...options, network: 'mine' }, { ...facts, existingNetworkId: 'net42', lastingAddress: '198.18.0.7' });
    const [master, worker] = ['demo-master', 'demo-worker-0'].map((node) => find(plan, 'create-node', node).spec);
    expect(master).toMatchObject({ environment: { KINDBOX_OWN_ADDRESS: '198.18.0.7' }, labels: { [LABELS.lastingAddress]: '198.18.0.7' } });
    expect(worker?.environment).toEqual({ KINDBOX_CONTROL_PLANE: '198.18.0.7' });
    expect(find(plan, 'init-control-plane').advertiseAddress).toBe('198.18.0.7');
  });

  test('the API server is published on loopback, and only by the control plane', () => {
    const plan = planCreate({ ...options, publish: 16443 }, facts);
    expect(find(plan, 'create-node', 'demo-master').spec.ports).toEqual([{ nodePort: 6443, hostPort: 16443, hostAddress: '127.0.0.1' }]);
    expect(find(plan, 'create-node', 'demo-worker-0').spec.ports).toEqual([]);
  });

  test('a remote daemon publishes without being asked, with a certificate for its address', () => {
    const plan = planCreate(options, { ...facts, hostAddress: 'build.example', mustPublish: true });
    expect(find(plan, 'create-node', 'demo-master').spec.ports).toEqual([{ nodePort: 6443, hostPort: 0 }]);
    expect(find(plan, 'init-control-plane').certificateNames).toEqual(['build.example']);
  });

  test('without a CNI nothing waits for what needs one', () => {
    const kinds = planCreate({ ...options, cni: 'none', waitAll: true }, { ...facts, cni: { name: 'none', networked: false, preloaded: true } }).operations.map((operation) => operation.kind);
    expect(kinds).not.toEqual(expect.arrayContaining(['await-dns']));
    expect(kinds).not.toEqual(expect.arrayContaining(['await-ready']));
    expect(kinds).toContain('join-worker');
  });

  test('a control plane without workers takes the pods', () => {
    const plan = planCreate({ ...options, numWorkers: 0 }, facts);
    expect(find(plan, 'init-control-plane').schedulableControlPlane).toBe(true);
    expect(ids(plan).some((id) => id.startsWith('join-worker'))).toBe(false);
  });

  test('a worker that fails to join is not recorded as a complete cluster', () => {
    const plan = planCreate(options, facts);
    expect(find(plan, 'join-worker', 'demo-worker-0').tolerant).toBe(true);
    expect(find(plan, 'mark-complete').needs).toContain('join-worker/demo-worker-0');
  });
});

describe('resize', () => {
  const workers = (...indices: number[]) => indices.map((index) => observedNode('demo', 'worker', index));
  const objects = (...indices: number[]) => new Set(['demo-master', ...indices.map((index) => `demo-worker-${index}`)]);
  const resize: ResizeOptions = { name: 'demo', numWorkers: 3, waitAll: false, waitMs: 1000, drainTimeoutMs: 1000, force: false, retain: false };
  const planOf = (numWorkers: number, ...indices: number[]): ClusterPlan => planResize({ ...resize, numWorkers }, {
    run: 'run2', master: observedNode('demo', 'control-plane', 0), workers: workers(...indices), nodeObjects: objects(...indices), image: { reference: 'image', kubernetesVersion: 'v1.34.4', cri: 'containerd' }, networkId: 'net1',
  });

  test.each<[string, number, number[], number[], number[], number[]]>([
    ['up from none', 2, [], [], [0, 1], []],
    ['up behind the last', 3, [0], [0], [1, 2], []],
    ['down from the highest', 1, [0, 1, 2], [0, 1, 2], [], [2, 1]],
    ['a gap is filled', 3, [0, 2], [0, 2], [1], []],
    ['down with a gap makes nothing', 2, [0, 2, 3], [0, 2, 3], [], [3]],
    ['the same size changes nothing', 2, [0, 1], [0, 1], [], []],
  ])('%s', (_title, wanted, containers, joined, add, remove) => {
    const decision = decideResize('demo', wanted, { workers: workers(...containers), nodeObjects: objects(...joined) });
    expect(decision.add).toEqual(add);
    expect(decision.remove.map((worker) => worker.index)).toEqual(remove);
    expect(decision.replace).toEqual([]);
    expect(decision.stale).toEqual([]);
  });

  test('a worker of another image gets the images of the control plane before it joins', () => {
    const plan = planOf(1);
    expect(find(plan, 'join-worker').needs).toContain('share-images/demo-worker-0');
    expect(find(plan, 'create-node').spec.labels).toMatchObject({ [LABELS.kubernetesVersion]: 'v1.34.4' });
  });

  test('a worker that is added knows the address of the control plane that stays', () => {
    const master = observedNode('demo', 'control-plane', 0);
    const plan = planResize({ ...resize, numWorkers: 1 }, {
      run: 'run2', master: { ...master, labels: { ...master.labels, [LABELS.lastingAddress]: '198.18.0.7' } }, workers: [], nodeObjects: objects(),
      image: { reference: 'image', kubernetesVersion: 'v1.36.3', cri: 'containerd' }, networkId: 'net1',
    });
    expect(find(plan, 'create-node').spec.environment).toEqual({ KINDBOX_CONTROL_PLANE: '198.18.0.7' });
  });

  test('a worker that never joined is made anew, a Node object without a container goes', () => {
    const decision = decideResize('demo', 2, { workers: workers(0, 1), nodeObjects: new Set(['demo-master', 'demo-worker-0', 'demo-worker-7', 'other-worker-1', 'demo-worker-x']) });
    expect(decision.replace.map((worker) => worker.name)).toEqual(['demo-worker-1']);
    expect(decision.stale).toEqual(['demo-worker-7']);
  });

  test('nothing is drained before all that go are cordoned, and no container goes before its Node object', () => {
    const plan = planOf(1, 0, 1, 2);
    expect(find(plan, 'drain-node', 'demo-worker-1').needs).toEqual(['cordon-node/demo-worker-2', 'cordon-node/demo-worker-1']);
    expect(find(plan, 'remove-node', 'demo-worker-2').needs).toEqual(['delete-node-object/demo-worker-2']);
    expect(ids(plan)).not.toContain('remove-node/demo-worker-0');
  });

  test('the token is revoked whatever becomes of the joins', () => {
    const plan = planOf(3, 0);
    expect(find(plan, 'revoke-token').needs).toEqual(['mint-token/demo']);
    expect(find(plan, 'revoke-token').after).toEqual(['join-worker/demo-worker-1', 'join-worker/demo-worker-2']);
  });
});

test('destroy removes nodes at once, their volumes with them, and the rest after them', () => {
  const volume = (id: string, labels: Record<string, string>) => ({ id, labels: { [LABELS.cluster]: 'demo', ...labels } });
  const plan = planDestroy({
    name: 'demo',
    nodes: [observedNode('demo', 'control-plane', 0), observedNode('demo', 'worker', 0)],
    networks: [{ id: 'net1', name: 'demo-net', labels: {}, subnets: [] }],
    volumes: [volume('of-worker-0', { [LABELS.role]: 'worker', [LABELS.index]: '0' }), volume('of-nobody', { [LABELS.role]: 'worker', [LABELS.index]: '9' }), volume('record', {})],
  });
  expect(ids(plan)).toEqual(['remove-node/demo-worker-0', 'remove-node/demo-master', 'remove-network/net1', 'remove-volume/of-nobody', 'remove-volume/record', 'remove-kubeconfig/demo']);
  expect(find(plan, 'remove-network').after).toEqual(['remove-node/demo-master', 'remove-node/demo-worker-0']);
});
