import type { CommitResult } from '../../src/index.js';
import { Args, Flags, KindboxCommand } from '../../src/ui/index.js';

export default class ImageCommit extends KindboxCommand {
  static override summary = 'Make a node image of a running node';
  static override description = 'The node must belong to no cluster: start one with `kindbox node run`. What was installed, pulled or loaded there comes along, '
    + 'and all nodes of the image share it. The node of a cluster is refused: it carries the cluster\'s configuration, which no other cluster can use.';
  static override examples = [
    { description: 'Start a node, pull an image into it, make an image of it', command: '<%= config.bin %> node run --name my-node\ndocker exec my-node ctr -n k8s.io images pull docker.io/library/nginx:1.27\n<%= config.bin %> image commit my-node -t my-image --rm' },
  ];
  static override args = { node: Args.string({ name: 'NODE', required: true, description: 'Name of the node' }) };
  static override flags = {
    tag: Flags.string({ char: 't', required: true, helpValue: 'TAG', description: 'Name of the node image that is made' }),
    rm: Flags.boolean({ description: 'Remove the node when the image is made' }),
  };

  async run(): Promise<CommitResult> {
    const { args, flags } = await this.parse(ImageCommit);
    const context = await this.engineContext({ consequence: 'stopping, and removing what was begun; the node stays' });
    const [{ commitNode }, { nodeImageText }] = await Promise.all([import('../../src/index.js'), import('../../src/ui/result/node-image.js')]);
    const result = await commitNode(context, { node: args.node, tag: flags.tag, remove: flags.rm });
    await this.print(nodeImageText(result));
    return result;
  }
}
