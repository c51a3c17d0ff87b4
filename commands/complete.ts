import { Args, KindboxCommand } from '../src/ui/index.js';
import { completionLines } from '../src/ui/completion/index.js';

export default class Complete extends KindboxCommand {
  static override summary = 'Tell a shell what may follow';
  static override hidden = true;
  static override strict = false;
  static override args = { word: Args.string({ multiple: true, description: 'The words so far, the last of which is to be completed' }) };

  async run(): Promise<{ lines: string[] }> {
    const words = this.argv[0] === '--' ? this.argv.slice(1) : this.argv;
    const lines = await completionLines(this.config.root, words, async () => {
      const context = await this.engineContext();
      const { listClusters } = await import('../src/index.js');
      return listClusters(context);
    });
    if (lines.length > 0) await this.print(lines.join('\n'));
    return { lines };
  }
}
