import type { RepairResult } from '../src/index.js';
import { clusterArg, durationFlag, Flags, KindboxCommand } from '../src/ui/index.js';

export default class Repair extends KindboxCommand {
  static override summary = 'Bring back what is broken or missing in a cluster';
  static override description = 'Starts nodes that are stopped or paused, reconnects them, makes workers anew that were removed or never joined, lets nodes '
    + 'register again, starts kubelets that do not run, completes a create that was killed at its end, takes back what a killed resize has left, and '
    + 'updates the kubeconfig. A cluster that is whole is not touched. What cannot be brought back is told, with the next command.';
  static override examples = [
    { description: 'Whatever is wrong with it', command: '<%= config.bin %> repair demo' },
    { description: 'What is wrong, and what would be done', command: '<%= config.bin %> repair --dry-run demo' },
    { description: 'What was found and done, for a script', command: "<%= config.bin %> repair --json demo | jq '.repaired[].found'" },
  ];
  static override args = { name: clusterArg };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only say what is found, and what would be done about it' }),
    wait: durationFlag({ default: 300_000, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
  };

  async run(): Promise<RepairResult> {
    const { args, flags } = await this.parse(Repair);
    const context = await this.engineContext({ consequence: 'nodes that were started keep running, those that were made anew and have not joined are removed' });
    const [{ repairCluster }, { repairedText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/repaired.js')]);
    const result = await repairCluster(context, { name: args.name, dryRun: flags['dry-run'], waitMs: flags.wait });
    await this.print(repairedText(result));
    return result;
  }
}
