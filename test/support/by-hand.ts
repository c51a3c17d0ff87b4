import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import type { ClusterSummary } from '../../src/cluster/options.js';
import type { KubernetesObject } from '../../src/kubernetes/types.js';
import { factsOf } from './cluster-facts.js';
import type { KindboxFixture } from './cluster-fixture.js';
import { eventually } from './eventually.js';
import { isReady, Kubectl, type KubernetesNode } from './kubectl.js';
import { leftoversOf, NOTHING } from './leftovers.js';

type NodeFacts = KubernetesNode & {
  readonly metadata: { readonly labels: object };
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status: { readonly allocatable: { readonly cpu: string; readonly memory: string } };
};

/** Makes a cluster by its commands, and looks at it. */
export class Hand {
  constructor(private readonly home: KindboxFixture, private readonly name: string) {}

  get kubectl(): Kubectl {
    return new Kubectl(`${this.name}-master`);
  }

  nodes(workers: number): string[] {
    return [`${this.name}-master`, ...Array.from({ length: workers }, (_, index) => `${this.name}-worker-${index}`)];
  }

  async commands(flags: readonly string[] = []): Promise<string> {
    const { stdout } = await this.home.kindbox.succeed(['showcmds', ...flags, this.name]);
    expect(stdout).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}|PRIVATE KEY|client-key-data: \S/);
    return stdout;
  }

  async run(script: string): Promise<void> {
    await execa('sh', ['-eu'], { input: script, env: { HOME: this.home.kindbox.home }, all: true });
  }

  /** @throws unless kindbox sees a cluster that runs, of nodes that are Ready. */
  async everything(workers: number): Promise<object> {
    const { clusters } = await this.home.kindbox.json<{ clusters: ClusterSummary[] }>(['list']);
    expect(clusters.find(({ name }) => name === this.name)).toMatchObject({ workers, state: 'running' });
    return { docker: await factsOf(this.name), kubernetes: await this.#kubernetes(), kubeconfig: await this.#kubeconfig() };
  }

  async #kubernetes(): Promise<object> {
    const nodes = await eventually(async () => {
      const found = await this.kubectl.nodes();
      expect(found.map(isReady)).not.toContain(false);
      return found as NodeFacts[];
    });
    const configuration = async (name: string): Promise<Record<string, string>> =>
      (await this.kubectl.get<{ data: Record<string, string> }>('--namespace=kube-system', 'configmap', name)).data;
    return {
      first: await this.#firstObjects(),
      kubeadm: await configuration('kubeadm-config'), kubelet: await configuration('kubelet-config'),
      tokens: await this.kubectl.run(['get', 'secrets', '--namespace=kube-system', '--field-selector=type=bootstrap.kubernetes.io/token', '--output=name']),
      nodes: nodes.map(({ metadata: { name, labels }, spec: { taints }, status: { nodeInfo, allocatable: { cpu, memory } } }) => ({
        // Kubernetes itself marks a node that is not ready, and takes the mark back a moment after it is.
        name, labels, taints: (taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/')), cpu, memory, version: nodeInfo.kubeletVersion,
      })),
    };
  }

  /** kindbox makes them of a list in the node image; by hand, Kubernetes makes them by itself. */
  async #firstObjects(): Promise<object[]> {
    const { items } = await this.kubectl.get<{ items: (KubernetesObject & Record<string, unknown>)[] }>(
      '--all-namespaces', 'namespaces,serviceaccounts,clusterroles,clusterrolebindings,roles,rolebindings');
    return items.map(({ metadata: { name, namespace, labels, annotations }, kind, rules, aggregationRule, roleRef, subjects, spec }) => ({
      kind, name, namespace, labels, annotations, aggregationRule, roleRef, subjects, spec,
      // Those of the others are gathered, in any order, by a controller.
      rules: aggregationRule === undefined ? rules : undefined,
    }));
  }

  /** The file, without its keys and the port that Docker chose. */
  async #kubeconfig(): Promise<object> {
    const path = join(this.home.kindbox.home, '.kube', `${this.name}-config`);
    const text = (await readFile(path, 'utf8')).replace(/(-data: ).*/g, '$1KEY').replace(/(server: ).*/, (_line, key: string) => `${key}SERVER`);
    const { clusters, contexts, users, 'current-context': current } = parse(text) as Record<string, unknown>;
    return { clusters, contexts, users, current, mode: (await stat(path)).mode & 0o777 };
  }

  async destroy(): Promise<void> {
    await this.home.kindbox.succeed(['destroy', this.name]);
    expect(await leftoversOf(this.name)).toEqual(NOTHING);
    expect(await this.home.kindbox.files()).toEqual([]);
  }
}
