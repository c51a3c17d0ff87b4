import { clusterArg, Flags, KindboxCommand } from '../../src/ui/index.js';

export default class KubeconfigMerge extends KindboxCommand {
  static override summary = "Put a cluster into your own kubeconfig";
  static override description = 'Writes into the first existing file of KUBECONFIG, or ~/.kube/config, under the lock that kubectl respects. `kindbox destroy` takes the cluster out again and goes back to the context of before.';
  static override examples = [
    { description: 'Merge, and make it the current context', command: '<%= config.bin %> <%= command.id %> demo' },
    { description: 'Merge only', command: '<%= config.bin %> <%= command.id %> --no-switch-context demo' },
  ];
  static override args = { name: clusterArg };
  static override flags = {
    'switch-context': Flags.boolean({ allowNo: true, default: true, description: 'Make it the current context' }),
  };

  async run(): Promise<{ name: string; path: string; context: string; current: boolean }> {
    const { args, flags } = await this.parse(KubeconfigMerge);
    const context = await this.engineContext();
    const { contextName, mergeCluster } = await import('../../src/index.js');
    const path = await mergeCluster(context, args.name, flags['switch-context']);
    await this.print(path);
    return { name: args.name, path, context: contextName(args.name), current: flags['switch-context'] };
  }
}
