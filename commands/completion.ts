import { Args, KindboxCommand } from '../src/ui/index.js';
import { completionScript, SHELLS, type Shell } from '../src/ui/completion/index.js';

export default class Completion extends KindboxCommand {
  static override summary = 'Print a script that completes commands, options and names in a shell';
  static override examples = [
    { description: 'bash, for good', command: "echo 'source <(<%= config.bin %> completion bash)' >> ~/.bashrc" },
    { description: 'zsh, for good', command: "echo 'source <(<%= config.bin %> completion zsh)' >> ~/.zshrc" },
    { description: 'fish, for good', command: '<%= config.bin %> completion fish > ~/.config/fish/completions/kindbox.fish' },
  ];
  static override args = { shell: Args.string({ required: true, options: [...SHELLS], description: 'The shell' }) };

  async run(): Promise<{ shell: string; script: string }> {
    const { args } = await this.parse(Completion);
    const script = completionScript(args.shell as Shell);
    await this.print(script);
    return { shell: args.shell, script };
  }
}
