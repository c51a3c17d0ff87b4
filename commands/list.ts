import type { ClusterSummary } from '../src/index.js';
import { Flags, KindboxCommand } from '../src/ui/index.js';

export default class List extends KindboxCommand {
  static override summary = 'List the clusters on this host';
  static override description = 'STATE is running, partial (nodes are missing), stopped, or broken (some nodes do not run).';
  static override hiddenAliases = ['ls', 'ps', 'get:clusters'];
  static override examples = [
    { description: 'One line a cluster', command: '<%= config.bin %> list' },
    { description: 'With their nodes', command: '<%= config.bin %> list -l' },
    { description: 'For a script', command: '<%= config.bin %> list --json' },
  ];
  static override flags = { long: Flags.boolean({ char: 'l', description: 'Show the nodes of each cluster as well' }) };

  async run(): Promise<{ clusters: readonly ClusterSummary[] }> {
    const { flags } = await this.parse(List);
    const context = await this.engineContext();
    const [{ listClusters }, { clusterTable }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/table.js')]);
    const clusters = await listClusters(context);
    await this.print(clusterTable(clusters, flags.long));
    if (clusters.length === 0) await this.hint('No clusters yet. Try: kindbox create --num-workers=2 demo');
    return { clusters };
  }
}
