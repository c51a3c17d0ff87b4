import type { DestroyResult } from '../src/index.js';
import { Args, Flags, KindboxCommand, usageError } from '../src/ui/index.js';

export default class Destroy extends KindboxCommand {
  static override summary = 'Destroy clusters with all that belongs to them';
  static override description = 'Removes nodes, volumes, network and kubeconfig. What is not there counts as destroyed.';
  static override hiddenAliases = ['delete', 'rm', 'delete:cluster'];
  static override examples = [
    { description: 'One cluster', command: '<%= config.bin %> destroy demo' },
    { description: 'Several at once', command: '<%= config.bin %> destroy demo test' },
    { description: 'Every cluster on this host', command: '<%= config.bin %> destroy --all' },
  ];
  static override args = { name: Args.string({ multiple: true, description: 'Names of the clusters' }) };
  static override flags = { all: Flags.boolean({ description: 'Destroy every cluster on this host' }) };

  async run(): Promise<DestroyResult> {
    const { args, flags } = await this.parse(Destroy);
    const names = [args.name ?? []].flat();
    if (names.length === 0 && !flags.all) throw usageError('Name a cluster to destroy, or use --all for every one');
    if (names.length > 0 && flags.all) throw usageError('Either names or --all, not both');
    const context = await this.engineContext({ consequence: 'finishing what is in flight' });
    const [{ destroyClusters }, { destroyedText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/destroyed.js')]);
    const result = await destroyClusters(context, { names, all: flags.all });
    await this.print(destroyedText(result));
    return result;
  }
}
