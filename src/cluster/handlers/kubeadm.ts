import { waitsForApiItself } from '../../kubeadm/init-config.js';
import { execWhileRunning, NO_SUCH_COMMAND } from '../../nodes/node-failure.js';
import { StandingCommand, type Limits, type RunOptions } from '../../nodes/standing-command.js';
import type { ExecResult, ObservedNode } from '../../provider/types.js';
import type { ClusterSession } from '../session.js';

export const JOIN_ARGV = ['kubeadm', 'join', '--config=/dev/stdin', '--skip-phases=preflight'];

/** Host checks are ours: kubeadm's preflight looks at the host through the container and takes seconds. */
export function initArgv(kubernetesVersion: string): string[] {
  const skipped = ['preflight', ...(waitsForApiItself(kubernetesVersion) ? ['wait-control-plane'] : [])];
  return ['kubeadm', 'init', '--config=/dev/stdin', `--skip-phases=${skipped.join(',')}`, '--skip-token-print'];
}

/** Runs `awaiting` in a node, and has kubeadm's command, which is next there, stand behind it. Images from before cannot. */
export async function awaitBeforeKubeadm(session: ClusterSession, node: ObservedNode, awaiting: readonly string[], limits: Limits): Promise<ExecResult> {
  const command = new StandingCommand(session.provider, node, { awaiting, argv: kubeadmArgv(session, node), signal: session.context.signal });
  const ended = await command.booted(limits).catch((error: unknown) => {
    command.abandon();
    throw error;
  });
  if (ended !== undefined) return NO_SUCH_COMMAND.has(ended.exitCode) ? execWhileRunning(session.provider, node, awaiting, limits) : ended;
  session.standing.set(node.name, command);
  return { exitCode: 0, stdout: '', stderr: '' };
}

/** Runs kubeadm in a node: by the command that stands there, or by a new one. */
export function runKubeadm(session: ClusterSession, node: ObservedNode, options: RunOptions): Promise<ExecResult> {
  const standing = session.standing.get(node.name);
  return standing === undefined ? execWhileRunning(session.provider, node, kubeadmArgv(session, node), options) : standing.run(options);
}

function kubeadmArgv({ settings }: ClusterSession, { role }: ObservedNode): readonly string[] {
  return role === 'control-plane' ? initArgv(settings.kubernetesVersion) : JOIN_ARGV;
}
