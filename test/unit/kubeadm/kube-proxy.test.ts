import { parseAllDocuments } from 'yaml';
import { planCreate, type CreateFacts } from '../../../src/cluster/create-plan.js';
import { validateCreateOptions } from '../../../src/cluster/validate-options.js';
import type { CreateOptions } from '../../../src/cluster/options.js';
import { initConfig } from '../../../src/kubeadm/init-config.js';
import { requireKubeProxyMode } from '../../../src/kubeadm/kube-proxy.js';
import { containerRuntime } from '../../../src/nodes/container-runtime.js';
import { createOptions, type CreateFlagValues } from '../../../src/ui/command/create-flags.js';

const options: CreateOptions = {
  name: 'demo', numWorkers: 1, runtime: 'runc', podSubnet: '10.244.0.0/16', cni: 'flannel', waitAll: false, waitMs: 1000, retain: false,
};
const image = { reference: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.36.3', cri: 'containerd' } as const;
const facts: CreateFacts = {
  run: 'run1', image, cni: { name: 'flannel', networked: true, preloaded: true }, hostAddress: '127.0.0.1', mustPublish: false,
};

/** What kube-proxy is told by the options of a cluster. */
function configured(asked: CreateOptions): unknown {
  const operation = planCreate(asked, facts).operations.find(({ kind }) => kind === 'init-control-plane');
  if (operation?.kind !== 'init-control-plane') throw new Error('nothing runs kubeadm init');
  const yaml = initConfig({
    clusterName: 'demo', nodeName: 'demo-master', kubernetesVersion: 'v1.36.3', runtime: containerRuntime('containerd'), podSubnet: '10.244.0.0/16',
    certificateNames: [], token: 'abcdef.0123456789abcdef', cgroupVersion: 2, schedulableControlPlane: false, kubeProxyMode: operation.kubeProxyMode,
  });
  return parseAllDocuments(yaml).map((document) => document.toJS() as Record<string, unknown>).find(({ kind }) => kind === 'KubeProxyConfiguration');
}

test.each(['iptables', 'nftables'] as const)('kube-proxy is told the mode %s, and still leaves the host\'s sysctls alone', (kubeProxyMode) => {
  expect(configured(validateCreateOptions({ ...options, kubeProxyMode }))).toMatchObject({ mode: kubeProxyMode, conntrack: { maxPerCore: 0, min: 0 } });
});

test('a Service follows its pods within a tenth of a second, in any mode', () => {
  expect(configured(options)).toMatchObject({ iptables: { minSyncPeriod: '100ms' } });
  expect(configured(options)).not.toHaveProperty('nftables');
  expect(configured(validateCreateOptions({ ...options, kubeProxyMode: 'nftables' }))).toMatchObject({ nftables: { minSyncPeriod: '100ms' } });
});

test('kube-proxy chooses when nothing was asked for', () => {
  expect(configured(options)).not.toHaveProperty('mode');
});

test('the flag is what the engine is asked for', () => {
  const flags = { 'num-workers': 1, runtime: 'runc', 'pod-subnet': '10.244.0.0/16', cni: 'flannel', 'kube-proxy-mode': 'nftables', kubeconfig: 'separate' };
  expect(createOptions('demo', flags as CreateFlagValues, () => ({})).kubeProxyMode).toBe('nftables');
});

test.each(['ipvs', 'none'] as const)('the mode %s, which kindbox does not set up, is refused before anything is contacted', (kubeProxyMode) => {
  expect(() => validateCreateOptions({ ...options, kubeProxyMode })).toThrow(expect.objectContaining({ reason: 'usage', message: expect.stringContaining(kubeProxyMode) as string }) as Error);
});

test.each(['v1.23.17', 'v1.30.14'])('nftables is refused for %s, whose kube-proxy would not start', (version) => {
  expect(() => { requireKubeProxyMode('nftables', version); }).toThrow(expect.objectContaining({ reason: 'usage', message: expect.stringContaining(version) as string }) as Error);
  expect(() => { requireKubeProxyMode('iptables', version); }).not.toThrow();
});

test.each(['v1.31.0', 'v1.36.3'])('nftables is taken for %s', (version) => {
  expect(() => { requireKubeProxyMode('nftables', version); }).not.toThrow();
});
