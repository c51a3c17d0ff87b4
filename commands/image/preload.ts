import type { PreloadResult } from '../../src/index.js';
import { Flags, KindboxCommand } from '../../src/ui/index.js';

export default class ImagePreload extends KindboxCommand {
  static override summary = 'Put images of pods into a node image';
  static override description = 'All nodes made of the image share what is in it: an image costs its bytes once a machine, not once a node. '
    + 'Images come from Docker\'s own store, from their registry if Docker does not have them, or from archives.';
  static override examples = [
    { description: 'An image for nodes that have nginx', command: '<%= config.bin %> image preload -t my-node --image nginx:1.27' },
    { description: 'Create a cluster of it', command: '<%= config.bin %> create --image my-node demo' },
    { description: 'From archives, on top of an image of your own', command: '<%= config.bin %> image preload -t my-node:2 --from-node my-node --archive app.tar.gz --archive db.tar' },
  ];
  static override flags = {
    tag: Flags.string({ char: 't', required: true, helpValue: 'TAG', description: 'Name of the node image that is made' }),
    image: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'IMAGE', description: 'Image of a pod; may be repeated' }),
    archive: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'FILE', description: 'Archive of images (docker save or OCI, gzip or not); may be repeated' }),
    'from-node': Flags.string({ helpValue: 'IMAGE', description: 'Node image to start from (nestybox/k8s-node:VERSION if left out)' }),
    'k8s-version': Flags.string({ helpValue: 'V', description: 'Version of Kubernetes (v1.36.3 if left out)' }),
  };

  async run(): Promise<PreloadResult> {
    const { flags } = await this.parse(ImagePreload);
    const context = await this.engineContext({ consequence: 'stopping, and removing what was begun' });
    const { preloadNodeImage } = await import('../../src/index.js');
    const result = await preloadNodeImage(context, {
      tag: flags.tag,
      images: flags.image ?? [],
      archives: flags.archive ?? [],
      base: flags['from-node'],
      kubernetesVersion: flags['k8s-version'],
    });
    const { nodeImageText } = await import('../../src/ui/result/node-image.js');
    await this.print(nodeImageText(result));
    return result;
  }
}
