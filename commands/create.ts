import { Args, createFlags, createWish, Flags, KindboxCommand, undoingTexts } from '../src/ui/index.js';
import type { CreatePreview, CreateResult } from '../src/index.js';

export default class Create extends KindboxCommand {
  static override summary = 'Create a Kubernetes cluster in containers';
  static override examples = [
    { description: 'One control plane and two workers', command: '<%= config.bin %> create --num-workers=2 demo' },
    { description: 'Wait until every node is Ready', command: '<%= config.bin %> create -w --wait 3m demo' },
    { description: 'Reach the API server at port 6443 of this host, and a NodePort at 8080', command: '<%= config.bin %> create -p 6443 --port 8080:30080 demo' },
    { description: 'Let others reach it as dev.example.org', command: '<%= config.bin %> create -p 6443 --api-server-address dev.example.org demo' },
    { description: 'Nodes of two processors and 2 GB', command: '<%= config.bin %> create --cpus 2 --memory 2g demo' },
    { description: 'What a file describes; one of kind\'s will do', command: '<%= config.bin %> create --config demo.yaml' },
    { description: 'On a host without Sysbox', command: '<%= config.bin %> create --runtime=runc demo' },
    { description: 'See what would be done', command: '<%= config.bin %> create --dry-run demo' },
  ];
  static override args = { name: Args.string({ name: 'NAME', description: 'Name of the cluster (the one in the configuration if left out)' }) };
  static override flags = { ...createFlags, 'dry-run': Flags.boolean({ description: 'Show the plan, and make nothing' }) };

  async run(): Promise<CreateResult | CreatePreview> {
    const parsed = await this.parse(Create);
    const [engine, { createdText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/created.js')]);
    const { options, warnings } = await createWish(parsed, engine);
    const dryRun = parsed.flags['dry-run'];
    const context = await this.engineContext(dryRun ? undefined : undoingTexts(options.retain, ['destroy', options.name]));
    for (const message of warnings) context.emit({ type: 'note', level: 'warning', message, at: Date.now() });
    if (dryRun) {
      const [preview, { planText }] = await Promise.all([engine.previewCluster(context, options), import('../src/ui/result/plan.js')]);
      await this.print(planText(preview));
      return preview;
    }
    const result = await engine.createCluster(context, options);
    await this.print(createdText(result, context.environment));
    return result;
  }
}
