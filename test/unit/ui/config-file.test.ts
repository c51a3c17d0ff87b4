import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as engine from '../../../src/index.js';
import { createWish, type ParsedCreate } from '../../../src/ui/command/config-file.js';

const DEFAULTS: ParsedCreate['flags'] = {
  config: undefined, 'num-workers': 1, net: undefined, subnet: undefined, 'ip-family': undefined, 'kube-proxy-mode': undefined, 'api-server-address': undefined, image: undefined, 'k8s-version': undefined, runtime: 'sysbox-runc', 'pod-subnet': '10.244.0.0/16', cni: 'flannel', publish: undefined,
  cpus: undefined, memory: undefined, mount: undefined, port: undefined, kubeconfig: 'separate', 'wait-all': false, wait: 300_000, retain: false,
};

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindbox-wish-'));
  file = join(folder, 'demo.yaml');
  await writeFile(file, 'apiVersion: kindbox.dev/v1alpha1\nkind: Cluster\nname: from-file\nruntime: runc\nworkers: 4\nkubeProxyMode: iptables\napiServerAddress: other.example\nwait: 9m\nkubernetesVersion: v1.34\nworkerDefaults: {cpus: 1}\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** As oclif parses: what was not said has its default. */
const wish = (name: string | undefined, said: Partial<ParsedCreate['flags']>) => createWish({
  args: { name }, flags: { ...DEFAULTS, ...said },
  metadata: { flags: Object.fromEntries(Object.keys(DEFAULTS).map((flag) => [flag, { setFromDefault: !(flag in said) }])) },
}, engine);

test('without a file the command line says everything', async () => {
  const { options } = await wish('demo', { 'num-workers': 3, net: 'mine' });
  expect(options).toMatchObject({ name: 'demo', numWorkers: 3, network: 'mine', runtime: 'sysbox-runc', cni: 'flannel' });
});

test('a default of a flag hides nothing of the file', async () => {
  const { options } = await wish(undefined, { config: file });
  expect(options).toMatchObject({ name: 'from-file', runtime: 'runc', numWorkers: 4, waitMs: 540_000, kubernetesVersion: 'v1.34', workerDefaults: { cpus: 1 }, cni: 'flannel', retain: false });
});

test('what is said wins over the file', async () => {
  const { options } = await wish('demo', { config: file, 'num-workers': 2, 'k8s-version': 'v1.36', wait: 1000, runtime: 'sysbox-runc', 'kube-proxy-mode': 'nftables', 'api-server-address': 'build.example', cpus: '2', retain: true });
  expect(options).toMatchObject({ name: 'demo', runtime: 'sysbox-runc', numWorkers: 2, waitMs: 1000, kubernetesVersion: 'v1.36', workerDefaults: { cpus: 2 }, controlPlane: { cpus: 2 }, retain: true, kubeProxyMode: 'nftables', apiServerAddress: 'build.example' });
});

test('a cluster has a name', async () => {
  await expect(wish(undefined, {})).rejects.toThrow('Missing argument: NAME');
  const nameless = join(folder, 'nameless.yaml');
  await writeFile(nameless, 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n');
  await expect(wish(undefined, { config: nameless })).rejects.toMatchObject({ message: 'Missing argument: NAME', because: expect.stringMatching(/no name either/) });
  await expect(wish('No Name', {})).rejects.toThrow(/not a valid cluster name/);
});
