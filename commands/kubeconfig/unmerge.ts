import { clusterArg, KindboxCommand } from '../../src/ui/index.js';

export default class KubeconfigUnmerge extends KindboxCommand {
  static override summary = 'Take a cluster out of your own kubeconfig';
  static override description = 'Goes back to the context that was current before it was merged. The cluster may be gone already.';
  static override examples = ['<%= config.bin %> <%= command.id %> demo'];
  static override args = { name: clusterArg };

  async run(): Promise<{ name: string; changed: string[] }> {
    const { args } = await this.parse(KubeconfigUnmerge);
    const { unmergeKubeconfig, validateClusterName } = await import('../../src/index.js');
    validateClusterName(args.name);
    const changed = await unmergeKubeconfig(args.name, this.environment, AbortSignal.timeout(30_000));
    await this.print(changed.join('\n'));
    return { name: args.name, changed };
  }
}
