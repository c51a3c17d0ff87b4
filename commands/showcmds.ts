import type { ShownCommands } from '../src/index.js';
import { Args, createFlags, createOptions, KindboxCommand } from '../src/ui/index.js';

export default class Showcmds extends KindboxCommand {
  static override summary = 'Show the docker and kubeadm commands that make a cluster';
  static override description = `Prints a shell script: run by sh, it makes the same cluster, which kindbox then lists, resizes and destroys.

Of a cluster that exists it tells the commands that make it as it is now, and the options do not count. Of any other name
it tells what create would do with these options. Nothing is made, and no secret is in the script.`;
  static override examples = [
    { description: 'How a cluster was made', command: '<%= config.bin %> showcmds demo' },
    { description: 'How one of two workers would be made', command: '<%= config.bin %> showcmds --num-workers=2 new' },
    { description: 'Make it by hand', command: '<%= config.bin %> showcmds --num-workers=2 new | sh' },
  ];
  static override args = { name: Args.string({ name: 'NAME', default: 'mycluster', description: 'Name of the cluster' }) };
  static override flags = createFlags;

  async run(): Promise<ShownCommands> {
    const { args, flags } = await this.parse(Showcmds);
    const { nodeSettings, showCommands } = await import('../src/index.js');
    const options = createOptions(args.name, flags, nodeSettings);
    const shown = await showCommands(await this.engineContext(), options);
    await this.print(shown.script);
    return shown;
  }
}
