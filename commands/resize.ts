import type { ResizeResult } from '../src/index.js';
import { clusterArg, durationFlag, Flags, KindboxCommand, undoingTexts } from '../src/ui/index.js';

export default class Resize extends KindboxCommand {
  static override summary = "Change a cluster's number of worker nodes";
  static override examples = [
    { description: 'Four workers, whatever their number is now', command: '<%= config.bin %> resize --num-workers=4 demo' },
    { description: 'New workers of another image', command: '<%= config.bin %> resize --num-workers=4 --image=IMAGE demo' },
    { description: 'Do not wait for pods that refuse to leave', command: '<%= config.bin %> resize --num-workers=1 --force demo' },
  ];
  static override args = { name: clusterArg };
  static override flags = {
    'num-workers': Flags.integer({ required: true, helpValue: 'N', description: 'Number of worker nodes to end up with' }),
    image: Flags.string({ helpValue: 'IMAGE', description: 'Image of the nodes that are added' }),
    'wait-all': Flags.boolean({ char: 'w', description: 'Return only when all nodes are Ready' }),
    wait: durationFlag({ default: 300_000, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
    'drain-timeout': durationFlag({ default: 60_000, defaultHelp: async () => '60s', description: "Longest time for a node's pods to leave" }),
    force: Flags.boolean({ description: 'Remove nodes even if their pods cannot be evicted' }),
    retain: Flags.boolean({ char: 'r', description: 'Keep what was made if the resize fails' }),
  };

  async run(): Promise<ResizeResult> {
    const { args, flags } = await this.parse(Resize);
    const context = await this.engineContext(undoingTexts(flags.retain, ['resize', `--num-workers=${flags['num-workers']}`, args.name]));
    const [{ resizeCluster }, { resizedText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/resized.js')]);
    const result = await resizeCluster(context, {
      name: args.name,
      numWorkers: flags['num-workers'],
      image: flags.image,
      waitAll: flags['wait-all'],
      waitMs: flags.wait,
      drainTimeoutMs: flags['drain-timeout'],
      force: flags.force,
      retain: flags.retain,
    });
    await this.print(resizedText(result));
    return result;
  }
}
