import type { ShownCommands } from '../src/index.js';
import { Args, createFlags, createWish, KindboxCommand } from '../src/ui/index.js';

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
    const { args, flags, metadata } = await this.parse(Showcmds);
    const engine = await import('../src/index.js');
    const name = args.name ?? (flags.config === undefined ? 'mycluster' : undefined);
    const { options, warnings } = await createWish({ args: { name }, flags, metadata }, engine);
    const context = await this.engineContext();
    for (const message of warnings) context.emit({ type: 'note', level: 'warning', message, at: Date.now() });
    const show = args.name === undefined ? engine.showCreateCommands : engine.showCommands;
    const shown = await show(context, options);
    await this.print(shown.script);
    return shown;
  }
}
