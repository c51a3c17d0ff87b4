import type { DoctorReport } from '../src/index.js';
import { Flags, KindboxCommand } from '../src/ui/index.js';

export default class Doctor extends KindboxCommand {
  static override summary = 'Find what is wrong with this host, and what mends it';
  static override description = 'Looks at every condition that is known to break clusters: found, wanted, and the command that mends it. Changes nothing. '
    + 'Every create looks at the same first, refuses only what is sure to fail, and tells the warnings. The exit code is 3 when something is sure to fail.';
  static override examples = [
    { description: 'Is this host fit for a cluster?', command: '<%= config.bin %> doctor' },
    { description: 'For one of 20 workers, without Sysbox', command: '<%= config.bin %> doctor --num-workers=20 --runtime=runc' },
    { description: 'What is not well, for a script', command: "<%= config.bin %> doctor --json | jq '.findings[] | select(.verdict != \"ok\")'" },
  ];
  static override flags = {
    'num-workers': Flags.integer({ default: 1, helpValue: 'N', description: 'Workers of the cluster that the host is to carry' }),
    runtime: Flags.string({ env: 'KINDBOX_RUNTIME', default: 'sysbox-runc', helpValue: 'RUNTIME', description: 'OCI runtime of its nodes' }),
  };

  async run(): Promise<DoctorReport> {
    const { flags } = await this.parse(Doctor);
    const context = await this.engineContext();
    const [{ examineHost }, { doctorText }] = await Promise.all([import('../src/index.js'), import('../src/ui/result/doctor.js')]);
    const report = await examineHost(context, { runtime: flags.runtime, numWorkers: flags['num-workers'] });
    await this.print(doctorText(report));
    if (report.verdict === 'failure') this.endWith('host');
    return report;
  }
}
