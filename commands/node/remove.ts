import { Args, durationFlag, Flags, KindboxCommand } from '../../src/ui/index.js';

export default class NodeRemove extends KindboxCommand {
  static override summary = 'Drain one worker and remove it';
  static override description = 'Its pods are evicted first; if they do not leave in time, the node stays and takes pods again.';
  static override hiddenAliases = ['node:rm', 'node:delete'];
  static override examples = [
    '<%= config.bin %> node remove demo-worker-1',
    { description: 'Do not wait for pods that refuse to leave', command: '<%= config.bin %> node remove --force demo-worker-1' },
  ];
  static override args = { node: Args.string({ name: 'NODE', required: true, description: 'Name of the node, as list shows it' }) };
  static override flags = {
    'drain-timeout': durationFlag({ default: 60_000, defaultHelp: async () => '60s', description: 'Longest time for its pods to leave' }),
    force: Flags.boolean({ description: 'Remove it even if its pods cannot be evicted' }),
  };

  async run(): Promise<{ name: string; node: string; durationMs: number }> {
    const { args, flags } = await this.parse(NodeRemove);
    const context = await this.engineContext({ consequence: 'finishing what is in flight' });
    const { removeNode } = await import('../../src/index.js');
    const result = await removeNode(context, { node: args.node, drainTimeoutMs: flags['drain-timeout'], force: flags.force });
    await this.print(`Removed ${result.node}`);
    return result;
  }
}
