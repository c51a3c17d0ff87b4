import { parse, parseAllDocuments } from 'yaml';
import { initConfig, type InitSettings } from '../../../src/kubeadm/init-config.js';
import { parseKubeadmPatch } from '../../../src/kubeadm/patches.js';
import { SCHEDULER_FILE, schedulerConfig } from '../../../src/kubeadm/scheduler.js';
import { containerRuntime } from '../../../src/nodes/container-runtime.js';

const settings: InitSettings = {
  clusterName: 'demo', nodeName: 'demo-master', kubernetesVersion: 'v1.36.3', runtime: containerRuntime('containerd'), podSubnet: '10.244.0.0/16', certificateNames: [],
  token: 'abcdef.0123456789abcdef', cgroupVersion: 2, schedulableControlPlane: false,
};

function schedulerOf(changed: Partial<InitSettings>): unknown {
  const documents = parseAllDocuments(initConfig({ ...settings, ...changed })).map((document) => document.toJS() as { kind: string; scheduler?: unknown });
  return documents.find(({ kind }) => kind === 'ClusterConfiguration')?.scheduler;
}

test('the scheduler fills its caches when it is elected, which is when the API server lets it', () => {
  expect(parse(schedulerConfig(settings) ?? '')).toMatchObject({ kind: 'KubeSchedulerConfiguration', delayCacheUntilActive: true, clientConnection: { kubeconfig: '/etc/kubernetes/scheduler.conf' } });
  expect(schedulerOf({})).toMatchObject({
    extraArgs: expect.arrayContaining([{ name: 'config', value: SCHEDULER_FILE }]) as unknown,
    extraVolumes: [{ hostPath: SCHEDULER_FILE, mountPath: SCHEDULER_FILE, readOnly: true }],
  });
});

test.each([
  ['a version that does not know it', { kubernetesVersion: 'v1.27.16' }],
  ['a scheduler that the user has settings for', { patches: parseKubeadmPatch('kind: ClusterConfiguration\nscheduler: { extraArgs: { kube-api-qps: "7" } }') }],
])('%s is given no file, and is not told to read one', (_what, changed) => {
  expect(schedulerConfig({ ...settings, ...changed })).toBeUndefined();
  expect(JSON.stringify(schedulerOf(changed))).not.toContain(SCHEDULER_FILE);
});
