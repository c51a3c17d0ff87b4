import { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';

/** oclif's help, collected instead of printed, and without the version of Node that happens to render it. */
export class KindboxHelp extends Help {
  readonly #lines: string[] = [];

  static async render(config: Config, words: readonly string[]): Promise<string> {
    const help = new KindboxHelp(config, config.pjson.oclif.helpOptions ?? {});
    await help.showHelp([...words]);
    return `${help.#lines.join('\n').trimEnd()}\n`;
  }

  override formatRoot(): string {
    const version = this.section('VERSION', `${this.config.name}/${this.config.version}`);
    return super.formatRoot().replace(/VERSION\n.*(?=\n\n)/, version);
  }

  protected override log(...lines: string[]): void {
    this.#lines.push(lines.join(' '));
  }
}

/** Every page of help by the words that ask for it: `''` is the first page. */
export async function renderAllHelp(root: string): Promise<Record<string, string>> {
  const { commandIDs, topics } = await Config.load({ root });
  const subjects = new Set(['', ...topics.map((topic) => topic.name), ...commandIDs].map((id) => id.replaceAll(':', ' ')));
  const pages: Record<string, string> = {};
  for (const subject of subjects) {
    // Rendering changes the ids of the configuration it is given.
    const config = await Config.load({ root });
    pages[subject] = await KindboxHelp.render(config, subject === '' ? [] : subject.split(' '));
  }
  return pages;
}
