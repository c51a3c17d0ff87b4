import { clusterArg, durationFlag, Flags, KindboxCommand, undoingTexts } from '../src/ui/index.js';
import type { CreateResult, KubeconfigMode } from '../src/index.js';

const KUBECONFIG_MODES: readonly KubeconfigMode[] = ['separate', 'merge', 'none'];

export default class Create extends KindboxCommand {
  static override summary = 'Create a Kubernetes cluster in containers';
  static override examples = [
    { description: 'One control plane and two workers', command: '<%= config.bin %> create --num-workers=2 demo' },
    { description: 'Wait until every node is Ready', command: '<%= config.bin %> create -w --wait 3m demo' },
    { description: 'Reach the API server at port 6443 of this host', command: '<%= config.bin %> create -p 6443 demo' },
    { description: 'On a host without Sysbox', command: '<%= config.bin %> create --runtime=runc demo' },
  ];
  static override args = { name: clusterArg };
  static override flags = {
    'num-workers': Flags.integer({ default: 1, helpValue: 'N', description: 'Number of worker nodes' }),
    net: Flags.string({ helpValue: 'NETWORK', description: 'Existing Docker network to use (default: a new one, NAME-net)' }),
    image: Flags.string({ helpValue: 'IMAGE', description: 'Node image' }),
    'k8s-version': Flags.string({ helpValue: 'VERSION', description: 'Kubernetes version of the nodes, such as v1.36.3 or v1.36' }),
    runtime: Flags.string({ default: 'sysbox-runc', env: 'KINDBOX_RUNTIME', description: 'Docker runtime of the nodes' }),
    'pod-subnet': Flags.string({ default: '10.244.0.0/16', helpValue: 'CIDR', description: 'Addresses of pods' }),
    cni: Flags.option({ options: ['flannel', 'none'] as const, default: 'flannel', description: 'Network of the pods' })(),
    publish: Flags.integer({ char: 'p', helpValue: 'PORT', description: 'Publish the API server at this port of the host (0: any)' }),
    kubeconfig: Flags.option({ options: KUBECONFIG_MODES, default: 'separate' as const, env: 'KINDBOX_KUBECONFIG' })({ description: "A file of its own, into the user's kubeconfig (and made current), or none" }),
    'wait-all': Flags.boolean({ char: 'w', description: 'Return only when all nodes are Ready' }),
    wait: durationFlag({ default: 300_000, defaultHelp: async () => '5m', description: 'Longest time for each wait' }),
    retain: Flags.boolean({ char: 'r', description: 'Keep what was made if the creation fails' }),
  };

  async run(): Promise<CreateResult> {
    const { args, flags } = await this.parse(Create);
    const context = await this.engineContext(undoingTexts(flags.retain, ['destroy', args.name]));
    const [{ createCluster }, { createdText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/created.js')]);
    const result = await createCluster(context, {
      name: args.name,
      numWorkers: flags['num-workers'],
      network: flags.net,
      image: flags.image,
      kubernetesVersion: flags['k8s-version'],
      runtime: flags.runtime,
      podSubnet: flags['pod-subnet'],
      cni: flags.cni,
      publish: flags.publish,
      kubeconfig: flags.kubeconfig,
      waitAll: flags['wait-all'],
      waitMs: flags.wait,
      retain: flags.retain,
    });
    await this.print(createdText(result, context.environment));
    return result;
  }
}
