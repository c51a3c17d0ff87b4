import { execWhileRunning, tail } from '../../nodes/node-failure.js';
import type { GivenFile } from '../../nodes/standing-command.js';
import type { ObservedNode } from '../../provider/types.js';
import type { ClusterSession } from '../session.js';

export interface NodeFileWish {
  /** Writes its stdin to the file. */
  readonly argv: readonly string[];
  readonly content: string;
  /** What is told when the node refuses. */
  readonly failing: string;
}

/** Gives a node a file that kubeadm needs there: to its command, where that stands there already and can tell of a failure itself. */
export async function giveNode(session: ClusterSession, node: ObservedNode, { failing, ...file }: GivenFile & Pick<NodeFileWish, 'failing'>, signal: AbortSignal): Promise<void> {
  const standing = session.standing.get(node.name);
  if (standing !== undefined) return standing.give(file);
  await writeInNode(session, node, { argv: ['install', `--mode=${file.mode}`, '/dev/stdin', file.path], content: file.content, failing }, signal);
}

/** Writes a file in a running node: through a command, as Docker's archives do not reach into a node of Sysbox (sysbox#866). */
export async function writeInNode(session: ClusterSession, node: ObservedNode, { argv, content, failing }: NodeFileWish, signal: AbortSignal): Promise<void> {
  const result = await execWhileRunning(session.provider, node, argv, { signal, stdin: content });
  if (result.exitCode !== 0) throw session.failure(failing, 'Its file system refused a file.', tail(result.stderr));
}
