import type { Kubectl } from './kubectl.js';

/** The kube-proxy of a node, which is in the node's network and has the tools to look at its rules: nodes have no nft. */
export class KubeProxy {
  private constructor(private readonly kubectl: Kubectl, private readonly pod: string) {}

  static async on(kubectl: Kubectl, node: string): Promise<KubeProxy> {
    const name = await kubectl.run([
      '--namespace=kube-system', 'get', 'pods', '--selector=k8s-app=kube-proxy', `--field-selector=spec.nodeName=${node}`,
      '--output=jsonpath={.items[*].metadata.name}',
    ]);
    return new KubeProxy(kubectl, name);
  }

  async run(...argv: string[]): Promise<string> {
    return this.kubectl.run(['--namespace=kube-system', 'exec', this.pod, '--', ...argv]);
  }
}
