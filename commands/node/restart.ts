import { Args, durationFlag, KindboxCommand } from '../../src/ui/index.js';

export default class NodeRestart extends KindboxCommand {
  static override summary = 'Restart one node and wait until it is Ready again';
  static override description = 'Other nodes are left alone. A node that is stopped is started.';
  static override examples = [
    '<%= config.bin %> node restart demo-worker-1',
    { description: 'The control plane: pods go on running meanwhile', command: '<%= config.bin %> node restart demo-master' },
  ];
  static override args = { node: Args.string({ name: 'NODE', required: true, description: 'Name of the node, as list shows it' }) };
  static override flags = {
    wait: durationFlag({ default: 300_000, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
  };

  async run(): Promise<{ name: string; node: string; durationMs: number }> {
    const { args, flags } = await this.parse(NodeRestart);
    const context = await this.engineContext({ consequence: 'finishing what is in flight' });
    const { restartNode } = await import('../../src/index.js');
    const result = await restartNode(context, { node: args.node, waitMs: flags.wait });
    await this.print(`${result.node} is ready again`);
    return result;
  }
}
