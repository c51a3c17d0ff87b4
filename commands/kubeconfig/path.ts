import { clusterArg, KindboxCommand } from '../../src/ui/index.js';

export default class KubeconfigPath extends KindboxCommand {
  static override summary = "Print the path of a cluster's kubeconfig file";
  static override examples = [
    '<%= config.bin %> <%= command.id %> demo',
    { description: 'Let kubectl use it', command: 'export KUBECONFIG=$(<%= config.bin %> <%= command.id %> demo)' },
  ];
  static override args = { name: clusterArg };

  async run(): Promise<{ name: string; path: string }> {
    const { args } = await this.parse(KubeconfigPath);
    const { kubeconfigPath } = await import('../../src/index.js');
    const path = kubeconfigPath(args.name, this.environment);
    await this.print(path);
    return { name: args.name, path };
  }
}
