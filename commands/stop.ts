import type { LifecycleResult } from '../src/index.js';
import { Args, KindboxCommand } from '../src/ui/index.js';

export default class Stop extends KindboxCommand {
  static override summary = 'Stop clusters and keep all that is in them';
  static override description = 'A cluster that was stopped stays so when Docker or the machine restarts; what is stopped already is a success.';
  static override examples = [
    { description: 'Free the memory of a cluster for a while', command: '<%= config.bin %> stop demo' },
    { description: 'Of two', command: '<%= config.bin %> stop demo staging' },
  ];
  static override args = { name: Args.string({ multiple: true, required: true, description: 'Names of the clusters' }) };

  async run(): Promise<LifecycleResult> {
    const { args } = await this.parse(Stop);
    const context = await this.engineContext({ consequence: 'finishing what is in flight' });
    const { stopClusters } = await import('../src/index.js');
    const result = await stopClusters(context, { names: [args.name].flat() });
    await this.print(result.clusters.some(({ changed }) => changed.length > 0) ? 'Stopped.' : 'Nothing to do: stopped already.');
    return result;
  }
}
