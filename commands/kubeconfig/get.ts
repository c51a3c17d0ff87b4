import { clusterArg, KindboxCommand } from '../../src/ui/index.js';

export default class KubeconfigGet extends KindboxCommand {
  static override summary = "Print a cluster's kubeconfig";
  static override hiddenAliases = ['get:kubeconfig'];
  static override examples = [
    '<%= config.bin %> <%= command.id %> demo',
    { description: 'Use it for one command', command: 'kubectl --kubeconfig <(<%= config.bin %> <%= command.id %> demo) get nodes' },
  ];
  static override args = { name: clusterArg };

  async run(): Promise<{ name: string; kubeconfig: string }> {
    const { args } = await this.parse(KubeconfigGet);
    const context = await this.engineContext();
    const { readKubeconfig } = await import('../../src/index.js');
    const kubeconfig = await readKubeconfig(context, args.name);
    await this.print(kubeconfig);
    return { name: args.name, kubeconfig };
  }
}
