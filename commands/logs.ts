import type { BundleIndex } from '../src/index.js';
import { clusterArg, Flags, KindboxCommand } from '../src/ui/index.js';

export default class Logs extends KindboxCommand {
  static override summary = "Export a cluster's logs for whoever looks for a fault";
  static override description = "Writes a folder: each node's journal, kubelet, container runtime, and pods of the system; what Docker knows of its objects, its events, "
    + 'the Nodes, Pods and events of Kubernetes, and all versions. Secrets are removed. index.json says what could not be had, and why; the exit code is 9 then.';
  static override hiddenAliases = ['export:logs'];
  static override examples = [
    { description: 'Into a new folder in the current one', command: '<%= config.bin %> logs demo' },
    { description: 'Into a folder that a CI job keeps', command: '<%= config.bin %> logs demo --output=artifacts/demo' },
    { description: 'What is missing, for a script', command: '<%= config.bin %> logs demo --json | jq .missing' },
  ];
  static override args = { name: clusterArg };
  static override flags = { output: Flags.string({ char: 'o', helpValue: 'DIR', description: 'Folder to write; must not exist, or be empty' }) };

  async run(): Promise<BundleIndex> {
    const { args, flags } = await this.parse(Logs);
    const context = await this.engineContext({ consequence: 'stopping, and removing what was written' });
    const [{ exportLogs }, { logsText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/logs.js')]);
    const index = await exportLogs(context, { name: args.name, output: flags.output });
    await this.print(logsText(index));
    if (!index.complete) this.endWith('partial');
    return index;
  }
}
