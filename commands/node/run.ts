import type { StandaloneResult } from '../../src/index.js';
import { Flags, KindboxCommand } from '../../src/ui/index.js';

export default class NodeRun extends KindboxCommand {
  static override summary = 'Start a node that belongs to no cluster';
  static override description = 'It is for making node images: pull images into it, or install what you like, and then use `kindbox image commit`.';
  static override examples = [
    { description: 'A node of the default image', command: '<%= config.bin %> node run --name my-node' },
    { description: 'Make an image of it, and remove it', command: '<%= config.bin %> image commit my-node -t my-image --rm' },
    { description: 'Remove it', command: 'docker rm -fv my-node' },
  ];
  static override flags = {
    name: Flags.string({ helpValue: 'NAME', description: 'Name of the node (a random one if left out)' }),
    image: Flags.string({ helpValue: 'IMAGE', description: 'Node image' }),
    'k8s-version': Flags.string({ helpValue: 'VERSION', description: 'Kubernetes version, such as v1.36.3' }),
    runtime: Flags.string({ default: 'sysbox-runc', env: 'KINDBOX_RUNTIME', description: 'Docker runtime of the node' }),
    net: Flags.string({ helpValue: 'NETWORK', description: 'Docker network (Docker\'s default one if left out)' }),
  };

  async run(): Promise<StandaloneResult> {
    const { flags } = await this.parse(NodeRun);
    const context = await this.engineContext({ consequence: 'removing the node' });
    const { runStandaloneNode } = await import('../../src/index.js');
    const result = await runStandaloneNode(context, {
      name: flags.name,
      image: flags.image,
      kubernetesVersion: flags['k8s-version'],
      runtime: flags.runtime,
      network: flags.net,
    });
    await this.print(result.name);
    await this.hint(`Pull or load images into it: docker exec ${result.name} ctr -n k8s.io images pull IMAGE, kindbox load image IMAGE --nodes ${result.name}\n`
      + `Make an image of it: kindbox image commit ${result.name} -t TAG --rm\nRemove it: docker rm -fv ${result.name}`);
    return result;
  }
}
