import { customizationOf, recordedCustomization, requirePatchable } from '../../../src/cluster/customization.js';
import { planCreate, type CreateFacts } from '../../../src/cluster/create-plan.js';
import type { CreateOptions } from '../../../src/cluster/options.js';

const image = { reference: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.36.3', cri: 'containerd' } as const;
const facts: CreateFacts = { run: 'r', image, cni: { name: 'flannel', networked: true, preloaded: true }, hostAddress: '127.0.0.1', mustPublish: false };
const options: CreateOptions = { name: 'demo', numWorkers: 2, runtime: 'runc', podSubnet: '10.244.0.0/16', cni: 'flannel', waitAll: false, waitMs: 1, retain: false };
const join = (value: number): string => `kind: JoinConfiguration\nnodeRegistration: {kubeletExtraArgs: {v: ${value}}}`;

test('each node has the patches of the cluster, of all workers and its own, in this order', async () => {
  const { init, join: ofAll, joinByIndex } = await customizationOf({
    kubeadmConfigPatches: [join(1), 'kind: KubeletConfiguration\nmaxPods: 1'], workerDefaults: { kubeadmConfigPatches: [join(2)] }, workers: [{}, { kubeadmConfigPatches: [join(3)] }],
    controlPlane: { kubeadmConfigPatches: ['kind: InitConfiguration\nnodeRegistration: {imagePullSerial: true}'] },
  });
  const values = (patches: typeof ofAll): string[] => patches.map(({ body }) => JSON.stringify(body).replace(/\D/g, ''));
  expect(init.map(({ kind }) => kind)).toEqual(['JoinConfiguration', 'KubeletConfiguration', 'InitConfiguration']);
  expect([values(ofAll), ...joinByIndex.map(values)]).toEqual([['1', '2'], [], ['3']]);
});

test('a later resize reads what create wrote', async () => {
  const made = await customizationOf({ kubeadmConfigPatches: [join(1)], workerDefaults: { kubeadmConfigPatches: [join(2)] }, containerdConfigPatches: ['[debug]\nlevel = "info"'] });
  const read = await recordedCustomization(made.record ?? '');
  expect(read).toMatchObject({ join: made.join, containerd: made.containerd, record: made.record });
  expect((await customizationOf({ kubeadmConfigPatches: ['kind: KubeletConfiguration\nmaxPods: 1'] })).record).toBeUndefined();
});

test.each([
  [{ featureGates: { 'A=true,B': true } }, /is not a feature gate/], [{ runtimeConfig: { 'api/all=true,x': 'true' } }, /is not an API/], [{ runtimeConfig: { 'api/all': 'true,x=false' } }, /is not a setting/],
  [{ workers: [{ kubeadmConfigPatches: ['kind: ClusterConfiguration\na: 1'] }] }, /no effect on a worker/], [{ controlPlane: { kubeadmConfigPatches: [join(1)] } }, /no effect on a control plane/],
  [{ containerdConfigPatches: ['='] }, /not TOML/],
])('%j is refused before anything is contacted', async (wish, message) => {
  await expect(customizationOf(wish)).rejects.toThrow(message);
});

test('nodes whose runtime is not containerd take no patches of it', async () => {
  const docker = { ...image, cri: 'docker' } as const;
  const patched = await customizationOf({ containerdConfigPatches: ['[debug]\nlevel = "info"'] });
  expect(() => { requirePatchable(patched, { image, otherImages: { old: docker } }); }).toThrow(/do not take patches of containerd/);
  const plain = await customizationOf({});
  expect(() => { requirePatchable(patched, { image }); requirePatchable(plain, { image: docker }); }).not.toThrow();
});

test('patches are in no plan and no label', () => {
  const secret = { kubeadmConfigPatches: ['kind: JoinConfiguration\nsecret: geheim'] };
  const plan = planCreate({ ...options, ...secret, containerdConfigPatches: ['a = "geheim"'], controlPlane: secret, workerDefaults: { cpus: 1, ...secret }, workers: [secret] }, { ...facts, customized: true });
  expect(JSON.stringify(plan)).toContain('cpus');
  expect(JSON.stringify(plan)).not.toContain('geheim');
});

test('a node is used when it has been configured', () => {
  const { operations } = planCreate(options, { ...facts, customized: true });
  const needs = (id: string): readonly string[] => operations.find((operation) => operation.id === id)?.needs ?? [];
  expect(needs('init-control-plane/demo-master')).toContain('customize-node/demo-master');
  expect(needs('prepare-join/demo-worker-1')).toContain('customize-node/demo-worker-1');
});
