import type { ClusterSummary } from '../src/index.js';
import { Flags, KindboxCommand } from '../src/ui/index.js';

export default class List extends KindboxCommand {
  static override summary = 'List the clusters on this host';
  static override description = 'STATE is running, degraded (the control plane runs, but not all of the rest), broken (the control plane does not run, or is gone), '
    + 'stopped, or partial (its create has not come to an end), with the reason. It is what Docker knows; --check asks the nodes and API servers as well.';
  static override hiddenAliases = ['ls', 'ps', 'get:clusters'];
  static override examples = [
    { description: 'One line a cluster', command: '<%= config.bin %> list' },
    { description: 'With their nodes', command: '<%= config.bin %> list -l' },
    { description: 'Whether all nodes are Ready, and what else is not as it should be', command: '<%= config.bin %> list --check -l' },
    { description: 'For a script', command: '<%= config.bin %> list --json' },
  ];
  static override flags = {
    long: Flags.boolean({ char: 'l', description: 'Show the nodes of each cluster, and what was found, as well' }),
    check: Flags.boolean({ description: 'Ask the nodes and the API servers, too; five seconds at most, all at once' }),
  };

  async run(): Promise<{ clusters: readonly ClusterSummary[] }> {
    const { flags } = await this.parse(List);
    const context = await this.engineContext();
    const [{ listClusters }, { clusterTable, repairHint }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/table.js')]);
    const clusters = await listClusters(context, { check: flags.check });
    await this.print(clusterTable(clusters, flags.long));
    if (clusters.length === 0) await this.hint('No clusters yet. Try: kindbox create --num-workers=2 demo');
    const hint = repairHint(clusters);
    if (hint !== undefined) await this.hint(hint);
    return { clusters };
  }
}
