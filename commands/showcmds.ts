import type { ShownCommands } from '../src/index.js';
import { Args, createFlags, createOptions, KindboxCommand } from '../src/ui/index.js';

export default class Showcmds extends KindboxCommand {
  static override summary = 'Show the docker and kubeadm commands that make a cluster';
  static override description = `Prints a shell script: run by sh, it makes the same cluster, which kindbox then lists, resizes and destroys.

With the NAME of a cluster that exists it shows how that one is made as it is now, and the options do not count.
Otherwise it shows what create would do with these options. Nothing is made, and no secret is in the script.`;
  static override examples = [
    { description: 'How a cluster was made', command: '<%= config.bin %> showcmds demo' },
    { description: 'What create would do', command: '<%= config.bin %> showcmds --num-workers=2 --cpus 2' },
    { description: 'Make a cluster by hand', command: '<%= config.bin %> showcmds --num-workers=2 new | sh -eu' },
  ];
  static override args = { name: Args.string({ name: 'NAME', description: 'Name of the cluster (default: mycluster, which must not exist)' }) };
  static override flags = createFlags;

  async run(): Promise<ShownCommands> {
    const { args, flags } = await this.parse(Showcmds);
    const { nodeSettings, showCommands, showCreateCommands } = await import('../src/index.js');
    const options = createOptions(args.name ?? 'mycluster', flags, nodeSettings);
    const show = args.name === undefined ? showCreateCommands : showCommands;
    const shown = await show(await this.engineContext(), options);
    await this.print(shown.script);
    return shown;
  }
}
