import type { LoadResult } from '../../src/index.js';
import { Args, Flags, KindboxCommand, usageError } from '../../src/ui/index.js';

export default class LoadImage extends KindboxCommand {
  static override summary = 'Put images into the nodes of a running cluster';
  static override description = 'Images come from Docker\'s own store, or from their registry if Docker does not have them. All nodes get them at once; '
    + 'those that have them are left alone. Images that every cluster needs are better put into the node image: see `kindbox image preload`.';
  static override hiddenAliases = ['load:docker-image'];
  static override examples = [
    { description: 'Two images into the only cluster', command: '<%= config.bin %> load image app:dev db:dev' },
    { description: 'Into one of several clusters', command: '<%= config.bin %> load image app:dev --cluster demo' },
    { description: 'Into some nodes', command: '<%= config.bin %> load image app:dev --nodes demo-worker-0,demo-worker-1' },
  ];
  static override args = { image: Args.string({ multiple: true, description: 'Images, as Docker names them' }) };
  static override flags = {
    cluster: Flags.string({ char: 'n', aliases: ['name'], helpValue: 'NAME', description: 'Cluster (may be left out where there is only one)' }),
    nodes: Flags.string({ multiple: true, multipleNonGreedy: true, delimiter: ',', helpValue: 'NODE,...', description: 'Only these nodes' }),
  };

  async run(): Promise<LoadResult> {
    const { args, flags } = await this.parse(LoadImage);
    const images = [args.image ?? []].flat();
    if (images.length === 0) throw usageError('Name the images to load');
    const context = await this.engineContext({ consequence: 'stopping; nodes that have an image keep it' });
    const [{ loadImages }, { loadedText }] = await Promise.all([import('../../src/index.js'), import('../../src/ui/result/loaded.js')]);
    const result = await loadImages(context, { images, archives: [], cluster: flags.cluster, nodes: flags.nodes ?? [] });
    await this.print(loadedText(result));
    return result;
  }
}
