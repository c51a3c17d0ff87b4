import { KindboxCommand } from '../src/ui/index.js';

interface VersionResult {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly architecture: string;
}

export default class Version extends KindboxCommand {
  static override summary = 'Show the version of kindbox';
  static override examples = ['<%= config.bin %> version', '<%= config.bin %> version --json'];

  async run(): Promise<VersionResult> {
    await this.parse(Version);
    const { version, platform, arch: architecture } = this.config;
    await this.print(`kindbox v${version} ${platform}/${architecture} (Node ${process.version})`);
    return { version, node: process.version, platform, architecture };
  }
}
