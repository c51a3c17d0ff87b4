import { clusterArg, createFlags, createOptions, Flags, KindboxCommand, undoingTexts } from '../src/ui/index.js';
import type { CreatePreview, CreateResult } from '../src/index.js';

export default class Create extends KindboxCommand {
  static override summary = 'Create a Kubernetes cluster in containers';
  static override examples = [
    { description: 'One control plane and two workers', command: '<%= config.bin %> create --num-workers=2 demo' },
    { description: 'Wait until every node is Ready', command: '<%= config.bin %> create -w --wait 3m demo' },
    { description: 'Reach the API server at port 6443 of this host, and a NodePort at 8080', command: '<%= config.bin %> create -p 6443 --port 8080:30080 demo' },
    { description: 'Nodes of two processors and 2 GB', command: '<%= config.bin %> create --cpus 2 --memory 2g demo' },
    { description: 'On a host without Sysbox', command: '<%= config.bin %> create --runtime=runc demo' },
    { description: 'See what would be done', command: '<%= config.bin %> create --dry-run demo' },
  ];
  static override args = { name: clusterArg };
  static override flags = { ...createFlags, 'dry-run': Flags.boolean({ description: 'Show the plan, and make nothing' }) };

  async run(): Promise<CreateResult | CreatePreview> {
    const { args, flags } = await this.parse(Create);
    const [{ createCluster, nodeSettings, previewCluster }, { createdText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/created.js')]);
    const options = createOptions(args.name, flags, nodeSettings);
    if (flags['dry-run']) {
      const [preview, { planText }] = await Promise.all([previewCluster(await this.engineContext(), options), import('../src/ui/result/plan.js')]);
      await this.print(planText(preview));
      return preview;
    }
    const context = await this.engineContext(undoingTexts(flags.retain, ['destroy', args.name]));
    const result = await createCluster(context, options);
    await this.print(createdText(result, context.environment));
    return result;
  }
}
