import type { ConfigResult } from '../../src/index.js';
import { Args, configSource, KindboxCommand } from '../../src/ui/index.js';

export default class ConfigView extends KindboxCommand {
  static override summary = 'Print a configuration with all defaults';
  static override description = "It is printed in the schema of kindbox, whether it was written for kindbox or for kind. Every error in it is told, with its line and column.";
  static override examples = [
    { description: 'What a file asks for', command: '<%= config.bin %> config view demo.yaml' },
    { description: 'Check one without making a cluster', command: '<%= config.bin %> config view demo.yaml >/dev/null' },
    { description: 'From a pipe', command: 'envsubst <demo.yaml | <%= config.bin %> config view -' },
  ];
  static override args = { file: Args.string({ name: 'FILE', required: true, description: "Configuration of kindbox's or kind's, - for stdin" }) };

  async run(): Promise<ConfigResult> {
    const { args } = await this.parse(ConfigView);
    const { viewConfig } = await import('../../src/index.js');
    const result = await viewConfig(configSource(args.file), this.environment);
    await this.print(result.yaml);
    for (const warning of result.warnings) await this.hint(`Warning: ${warning}`);
    return result;
  }
}
