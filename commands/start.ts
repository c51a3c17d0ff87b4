import type { LifecycleResult } from '../src/index.js';
import { Args, durationFlag, Flags, KindboxCommand } from '../src/ui/index.js';

export default class Start extends KindboxCommand {
  static override summary = 'Start clusters that were stopped';
  static override description = 'Waits until the control plane has reported itself Ready since the start and CoreDNS serves again, and updates kubeconfigs in which ports have changed.';
  static override examples = [
    { description: 'As soon as the control plane is back', command: '<%= config.bin %> start demo' },
    { description: 'When every node is', command: '<%= config.bin %> start -w demo' },
  ];
  static override args = { name: Args.string({ multiple: true, required: true, description: 'Names of the clusters' }) };
  static override flags = {
    'wait-all': Flags.boolean({ char: 'w', description: 'Return only when all nodes are Ready' }),
    wait: durationFlag({ default: 300_000, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
  };

  async run(): Promise<LifecycleResult> {
    const { args, flags } = await this.parse(Start);
    const context = await this.engineContext({ consequence: 'the nodes that were started keep running' });
    const { startClusters } = await import('../src/index.js');
    const result = await startClusters(context, { names: [args.name].flat(), waitAll: flags['wait-all'], waitMs: flags.wait });
    await this.print(result.clusters.some(({ changed }) => changed.length > 0) ? 'Started.' : 'Nothing to do: running already.');
    return result;
  }
}
