import type { ConfigResult } from '../../src/index.js';
import { Args, configSource, KindboxCommand } from '../../src/ui/index.js';

export default class ConfigMigrate extends KindboxCommand {
  static override summary = "Print a configuration of kind's in the schema of kindbox";
  static override description = 'What kindbox has no equivalent for is named in comments, with its line in the file, and on stderr.';
  static override examples = [
    { description: 'Go over to kindbox', command: '<%= config.bin %> config migrate kind.yaml >kindbox.yaml' },
    { description: 'Or use the file as it is', command: '<%= config.bin %> create --config kind.yaml demo' },
  ];
  static override args = { file: Args.string({ name: 'FILE', required: true, description: "Configuration of kind's (kind.x-k8s.io/v1alpha4), - for stdin" }) };

  async run(): Promise<ConfigResult> {
    const { args } = await this.parse(ConfigMigrate);
    const { migrateConfig } = await import('../../src/index.js');
    const result = await migrateConfig(configSource(args.file));
    await this.print(result.yaml);
    for (const warning of result.warnings) await this.hint(`Warning: ${warning}`);
    return result;
  }
}
