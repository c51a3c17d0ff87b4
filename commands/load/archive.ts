import type { LoadResult } from '../../src/index.js';
import { Args, Flags, KindboxCommand, usageError } from '../../src/ui/index.js';

export default class LoadArchive extends KindboxCommand {
  static override summary = 'Put the images of archives into the nodes of a running cluster';
  static override description = 'Reads what docker save and OCI tools write, compressed with gzip or not. All nodes get it at once; those that have the images are left alone.';
  static override hiddenAliases = ['load:image-archive'];
  static override examples = [
    { description: 'Into the only cluster', command: '<%= config.bin %> load archive app.tar' },
    { description: 'Several, into one of several clusters', command: '<%= config.bin %> load archive app.tar.gz db.tar --cluster demo' },
  ];
  static override args = { file: Args.string({ multiple: true, description: 'Archives of images' }) };
  static override flags = {
    cluster: Flags.string({ char: 'n', aliases: ['name'], helpValue: 'NAME', description: 'Cluster (may be left out where there is only one)' }),
    nodes: Flags.string({ multiple: true, multipleNonGreedy: true, delimiter: ',', helpValue: 'NODE,...', description: 'Only these nodes' }),
  };

  async run(): Promise<LoadResult> {
    const { args, flags } = await this.parse(LoadArchive);
    const archives = [args.file ?? []].flat();
    if (archives.length === 0) throw usageError('Name the archives to load');
    const context = await this.engineContext({ consequence: 'stopping; nodes that have an image keep it' });
    const [{ loadImages }, { loadedText }] = await Promise.all([import('../../src/index.js'), import('../../src/ui/result/loaded.js')]);
    const result = await loadImages(context, { images: [], archives, cluster: flags.cluster, nodes: flags.nodes ?? [] });
    await this.print(loadedText(result));
    return result;
  }
}
