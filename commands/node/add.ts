import type { ResizeResult } from '../../src/index.js';
import { clusterArg, durationFlag, Flags, KindboxCommand, undoingTexts } from '../../src/ui/index.js';

export default class NodeAdd extends KindboxCommand {
  static override summary = 'Add one worker to a cluster';
  static override description = 'It has what create gave every worker, and what is asked for here: labels are joined, anything else takes the place of the former.';
  static override examples = [
    { description: 'A worker like the others', command: '<%= config.bin %> node add demo' },
    { description: 'One with a label, a taint and less memory', command: '<%= config.bin %> node add demo --label disk=ssd --taint dedicated=db:NoSchedule --memory 2g' },
    { description: 'One that sees a folder of the host, and whose node port the host publishes', command: '<%= config.bin %> node add demo --mount /srv/data:/mnt/data:ro --port 127.0.0.1:8080:30080' },
  ];
  static override args = { name: clusterArg };
  static override flags = {
    image: Flags.string({ helpValue: 'IMAGE', description: 'Node image' }),
    label: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'K=V', description: 'Label of the node' }),
    taint: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'K[=V]:EFFECT', description: 'Taint of the node' }),
    cpus: Flags.string({ helpValue: 'N', description: 'Processors, such as 1.5' }),
    memory: Flags.string({ helpValue: 'SIZE', description: 'Memory, such as 2g' }),
    mount: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'HOST:NODE[:ro]', description: 'Path of the host to see in the node' }),
    port: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'HOST:NODE[/udp]', description: 'Port of the node to publish on the host' }),
    'wait-all': Flags.boolean({ char: 'w', description: 'Return only when the node is Ready' }),
    wait: durationFlag({ default: 300_000, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
    retain: Flags.boolean({ char: 'r', description: 'Keep what was made if it fails' }),
  };

  async run(): Promise<ResizeResult> {
    const { args, flags } = await this.parse(NodeAdd);
    const { addNode, nodeSettings } = await import('../../src/index.js');
    const settings = nodeSettings(flags);
    const context = await this.engineContext(undoingTexts(flags.retain, ['node', 'add', args.name]));
    const result = await addNode(context, {
      name: args.name, settings, waitAll: flags['wait-all'], waitMs: flags.wait, drainTimeoutMs: 0, force: false, retain: flags.retain,
    });
    await this.print(`Added ${result.added.join(', ')}`);
    return result;
  }
}
