import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { showCommands, showCreateCommands } from '../../../src/byhand/show-commands.js';
import { previewCluster } from '../../../src/cluster/preview.js';
import type { CreateOptions } from '../../../src/cluster/options.js';
import type { EngineContext } from '../../../src/engine.js';
import { LABELS, nodeLabels, ownedLabels } from '../../../src/nodes/labels.js';
import type { NodeRole } from '../../../src/nodes/role.js';
import { planText } from '../../../src/ui/result/plan.js';
import { FakeProvider } from '../../support/fake-provider.js';

const IMAGE = 'nestybox/k8s-node:v1.36.3';
const options: CreateOptions = {
  name: 'demo', numWorkers: 2, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'flannel', waitAll: true, waitMs: 90_000, retain: false,
};

let provider: FakeProvider;
let context: EngineContext;
let folder: string;

beforeEach(async () => {
  provider = new FakeProvider();
  folder = await mkdtemp(join(tmpdir(), 'kindbox-'));
  context = { provider, emit: () => undefined, signal: new AbortController().signal, environment: { HOME: folder } };
});
afterEach(() => rm(folder, { recursive: true }));

/** The engine's commands stand for themselves, one a line; what they are given on stdin is not among them. */
async function commandsOf(script: string): Promise<string[]> {
  await execa('sh', ['-n'], { input: script });
  const lines = script.split('\n');
  const found: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const end = /<<'?(EOF_*)'?$/.exec(line)?.[1];
    if (/^\s*((make|inside|keep|volume) |token=)/.test(line)) found.push(line.trim());
    if (end !== undefined) at = lines.indexOf(end, at + 1);
  }
  return found;
}

describe('of options', () => {
  test('every step of create has its commands, in an order in which they can be run', async () => {
    const { script, exists } = await showCreateCommands(context, options);
    expect(exists).toBe(false);
    expect((await commandsOf(script)).map((line) => line.replace(/ <<.*| \|$|>.*/, '').trim())).toEqual([
      'make demo-net with sysbox-runc', 'make demo-master with sysbox-runc $(fixed 2)', 'make demo-worker-0 with sysbox-runc $(fixed 3)', 'make demo-worker-1 with sysbox-runc $(fixed 4)',
      'inside demo-master /usr/local/lib/kindbox/await-containerd 120',
      'token=$(inside demo-master kubeadm token generate)', 'inside --stdin demo-master tee /etc/kubernetes/kindbox-scheduler.yaml',
      'inside --stdin demo-master kubeadm init --config=/dev/stdin --skip-phases=preflight,wait-control-plane --skip-token-print',
      'inside demo-master kubectl --namespace=kube-system create rolebinding kindbox:nodes-kube-proxy --role=kube-proxy --group=system:nodes',
      'inside demo-master kubectl --namespace=kube-system patch deployment coredns --patch={"spec":{"template":{"spec":{"containers":[{"name":"coredns","readinessProbe":{"periodSeconds":1,"failureThreshold":30}}]}}}}',
      'inside --stdin demo-master kubectl apply --server-side --filename=-',
      'inside demo-master kubectl wait --for=condition=Ready --timeout=90s node/demo-master',
      ...[0, 1].flatMap((index) => [
        `inside demo-worker-${index} /usr/local/lib/kindbox/await-containerd 120`,
        'inside demo-master kubectl --namespace=kube-public get configmap cluster-info --output=jsonpath={.data.kubeconfig}',
        `inside --stdin demo-worker-${index} tee /etc/kubernetes/kindbox-discovery.conf`,
        `inside --stdin demo-worker-${index} kubeadm join --config=/dev/stdin --skip-phases=preflight`,
      ]),
      'inside demo-master kubeadm token delete "${token%%.*}"',
      'inside demo-master kubectl --namespace=kube-system rollout status deployment/coredns --timeout=90s',
      'inside demo-master kubectl wait --for=condition=Ready --timeout=90s node/demo-worker-0 node/demo-worker-1',
      'inside demo-master cat /etc/kubernetes/admin.conf',
      'keep demo-master demo-worker-0 demo-worker-1',
      'volume demo-kindbox',
    ]);
  });

  test('the token is one that the script makes, and never a word of a command', async () => {
    const { script } = await showCreateCommands(context, options);
    expect(script).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}/);
    expect(script.match(/.*\$token.*/g)).toEqual(['  - token: "$token"', '  tlsBootstrapToken: "$token"', '  tlsBootstrapToken: "$token"']);
  });

  test('limits, taints and labels reach the nodes', async () => {
    const { script } = await showCreateCommands(context, {
      ...options, numWorkers: 1, controlPlane: { taints: [] }, workers: [{ cpus: 1.5, labels: { 'a.b/c': 'd' }, taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] }],
    });
    expect(script).toContain('value: cpu=2500m');
    expect(script).toContain('taints: []');
    expect(script).toContain('effect: NoExecute');
    expect(script).toContain('inside demo-master kubectl label --overwrite node demo-worker-0 a.b/c=d');
  });

  test('changes to the configurations of kubeadm and containerd are made', async () => {
    const { script } = await showCreateCommands(context, {
      ...options, serviceSubnet: '10.97.0.0/16', featureGates: { SomeGate: true },
      kubeadmConfigPatches: ['kind: ClusterConfiguration\napiServer:\n  extraArgs:\n    v: $(exit 9)'], containerdConfigPatches: ['version = 3\n[debug]\nlevel = "debug"'],
    });
    expect(script).toContain('serviceSubnet: 10.97.0.0/16');
    expect(script).toContain('SomeGate=true');
    expect(script).toContain('value: \\$(exit 9)');
    expect((await commandsOf(script)).filter((line) => /install|systemctl/.test(line)).map((line) => line.replace(/ <<.*/, ''))).toEqual([
      'inside --stdin demo-master install -D -m 0600 /dev/stdin /etc/containerd/conf.d/50-kindbox-000.toml',
      'inside --stdin demo-master install -D -m 0600 /dev/stdin /etc/kindbox/customization.json', 'inside demo-master systemctl restart containerd.service',
      ...[0, 1].flatMap((index) => [
        `inside --stdin demo-worker-${index} install -D -m 0600 /dev/stdin /etc/containerd/conf.d/50-kindbox-000.toml`, `inside demo-worker-${index} systemctl restart containerd.service`,
      ]),
    ]);
  });

  test('credentials of a registry are not shown', async () => {
    const patch = 'version = 3\n[plugins."io.containerd.cri.v1.images".registry.configs."a.example".auth]\npassword = "hunter2"';
    const shown = showCreateCommands(context, { ...options, containerdConfigPatches: [patch] });
    await expect(shown).rejects.toMatchObject({ reason: 'usage' });
    await expect(shown).rejects.not.toThrow('hunter2');
  });

  test('neither the path of a manifest nor what is in it becomes a command', async () => {
    const path = join(folder, 'x\nexit 9 #`exit 9`$(exit 9).yaml');
    const manifest = 'apiVersion: v1\nkind: Pod\nmetadata: { name: $(exit 9) }\nspec: { containers: [{ name: a, image: "b\\nexit 9" }] }\n# EOF\nEOF: 1\n';
    await writeFile(path, manifest);
    const { script } = await showCreateCommands(context, { ...options, cni: path });
    const { stdout } = await execa('sh', ['-eu'], { input: `make() { :; }; inside() { if [ "$3" = kubectl ] && [ "$4" = apply ]; then cat >&3; fi; }; keep() { :; }; volume() { :; }\nHOME=${folder}\n{ :\n${script}\n} 3>&1 >/dev/null` });
    expect(stdout).toBe(manifest.trimEnd());
  });

  test('what create refuses is refused, and nothing is pulled or made', async () => {
    await expect(showCreateCommands(context, { ...options, image: 'not/there:v1' })).rejects.toMatchObject({ reason: 'image', next: ['docker pull not/there:v1', 'docker image ls'] });
    await expect(showCreateCommands(context, { ...options, numWorkers: -1 })).rejects.toMatchObject({ reason: 'usage' });
    expect(provider.calls.filter((call) => call !== 'describeHost')).toEqual([]);
  });
});

describe('of a cluster', () => {
  const labels = (role: NodeRole, index: number, more: Record<string, string> = {}): Record<string, string> => ({
    ...nodeLabels('demo', 'a-run', role, index), [LABELS.runtime]: 'runc', [LABELS.kubernetesVersion]: 'v1.36.3', [LABELS.podSubnet]: '10.9.0.0/16', [LABELS.cni]: 'flannel', ...more,
  });
  const node = (name: string, role: NodeRole, index: number, more: Record<string, string> = {}, image = IMAGE): Promise<unknown> =>
    provider.createNode({ name, image, runtime: 'runc', network: 'demo-net', labels: labels(role, index, more), ports: [] }, context.signal);

  test('that exists, its nodes are made as they are, those that went left out', async () => {
    await provider.createNetwork({ name: 'demo-net', labels: ownedLabels('demo', 'a-run') });
    await node('demo-master', 'control-plane', 0, { [LABELS.workerDefaults]: '{"cpus":1,"labels":{"all":"workers"}}' });
    await node('demo-worker-0', 'worker', 0);
    await node('demo-worker-2', 'worker', 2, { [LABELS.kubernetesVersion]: 'v1.34.4' }, 'another/image:v1.34.4');
    provider.recalled.set('demo-worker-2', { cpus: 3 });
    const { script, exists } = await showCommands(context, options);
    const commands = await commandsOf(script);
    expect(exists).toBe(true);
    expect(commands.filter((line) => line.startsWith('make'))).toEqual(
      ['demo-net', 'demo-master', 'demo-worker-0', 'demo-worker-2'].map((name) => `make ${name} again, as one of 3 nodes on 1 networks`));
    expect(script).not.toContain('demo-worker-1');
    expect(script).toContain('podSubnet: 10.9.0.0/16');
    // Of four processors: the limit that the container has counts, and not what new workers would be given.
    expect(script.match(/value: cpu=.*/g)).toEqual(['value: cpu=1000m']);
    expect(script).toContain('inside --stdin demo-worker-2 ctr --namespace=k8s.io images import');
    expect(commands).toContain('inside demo-master kubectl label --overwrite node demo-worker-2 all=workers');
    expect(commands).toContain('keep demo-master demo-worker-0 demo-worker-2');
  });

  test('whose manifest was the user\'s, the script asks for it', async () => {
    await node('demo-master', 'control-plane', 0, { [LABELS.cni]: '$(exit 9)' });
    const { script } = await showCommands(context, options);
    await expect(execa('sh', [], { input: script })).rejects.toThrow('path of the manifest');
    expect(script).toContain('retry inside --stdin demo-master kubectl apply --server-side --filename=- <"$manifest"');
    expect(script).not.toContain('exit 9');
  });

  test('whose API server is published, the kubeconfig says where', async () => {
    await node('demo-master', 'control-plane', 0);
    provider.recalled.set('demo-master', { ports: [{ nodePort: 6443, hostPort: 0 }] });
    const { script } = await showCommands(context, options);
    expect(script).toContain('port=$(port demo-master 6443 | head -n 1)');
    expect(script).toContain('https://127.0.0.1:${port##*:}');
  });

  test('whose address may change, the kubeconfig has the one that it has now, and the name in the certificate', async () => {
    await node('demo-master', 'control-plane', 0, { [LABELS.lastingAddress]: '198.18.0.9' });
    const { script } = await showCommands(context, options);
    const admin = 'clusters:\n- cluster:\n    server: https://198.18.0.9:6443\n  name: demo\ncontexts:\n- context:\n    cluster: demo\n    user: kubernetes-admin\nusers:\n- name: kubernetes-admin\n';
    const engine = `make() { :; }; keep() { :; }; volume() { :; }; address() { echo 172.17.0.5; }; inside() { if [ "$3" = /etc/kubernetes/admin.conf ]; then printf '%s' '${admin}'; fi; }`;
    await execa('sh', ['-eu'], { input: `${engine}\nHOME=${folder}\n${script}` });
    expect(parse(await readFile(join(folder, '.kube', 'demo-config'), 'utf8'))).toEqual({
      clusters: [{ cluster: { server: 'https://172.17.0.5:6443', 'tls-server-name': 'kubernetes' }, name: 'demo' }],
      contexts: [{ context: { cluster: 'demo', user: 'kubernetes-admin-demo' } }], users: [{ name: 'kubernetes-admin-demo' }],
    });
    expect(script).toContain('advertiseAddress: 198.18.0.9');
  });

  test('that has lost its control plane, there is nothing to be shown', async () => {
    await node('demo-worker-0', 'worker', 0);
    await expect(showCommands(context, options)).rejects.toMatchObject({ reason: 'cluster', next: ['kindbox destroy demo'] });
  });

  test('that does not exist, the options count', async () => {
    expect(await showCommands(context, options)).toMatchObject({ name: 'demo', exists: false });
  });

  test('that exists, options are no way to it where no cluster was named', async () => {
    await node('demo-master', 'control-plane', 0);
    await expect(showCreateCommands(context, options)).rejects.toMatchObject({ reason: 'conflict' });
  });
});

describe('a dry run', () => {
  test('makes nothing, and tells each step once, with what it comes after', async () => {
    const preview = await previewCluster(context, options);
    expect(provider.calls).toEqual(['describeHost']);
    expect([...provider.nodes, ...provider.networks, ...provider.volumes]).toEqual([]);
    const text = planText(preview);
    for (const { title } of preview.plan.operations) expect(text.split(title)).toHaveLength(2);
    expect(text).toMatch(/^ +1 {2}Creating network demo-net$/m);
    expect(text).toMatch(/^ +2 {2}Creating node demo-master +after 1$/m);
  });

  test('has no secret, and no character that a terminal obeys', async () => {
    const path = join(folder, 'x\u001b[2Jy.yaml');
    await writeFile(path, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n');
    const preview = await previewCluster(context, { ...options, cni: path });
    expect(JSON.stringify(preview)).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}|BEGIN/);
    expect(planText(preview)).not.toContain('\u001b');
  });
});
