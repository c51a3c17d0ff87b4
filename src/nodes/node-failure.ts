import { KindboxError } from '../errors/index.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ExecOptions, ExecResult, NodeExit, ObservedNode } from '../provider/types.js';

const TAIL_LINES = 20;
/** Exit codes of an exec whose command does not exist or cannot be run. */
export const NO_SUCH_COMMAND: ReadonlySet<number> = new Set([126, 127]);

export function tail(text: string, lines = TAIL_LINES): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** @param complaint which command did not end, where, and within what */
export function tooSlow(complaint: string): KindboxError {
  return new KindboxError(complaint, { reason: 'timeout', because: 'The node is overloaded, or the command hangs.', next: ['docker stats --no-stream', 'kindbox list'] });
}

/** Why a node is not running any more, with the last that its init said. */
export async function nodeStopped(provider: NodeProvider, node: ObservedNode, exit: NodeExit, signal: AbortSignal): Promise<KindboxError> {
  const log = await provider.nodeConsole(node.id, TAIL_LINES, signal).catch(() => '');
  return new KindboxError(`The node ${node.name} stopped (exit code ${exit.exitCode})`, {
    reason: 'cluster',
    because: exit.outOfMemory
      ? 'The kernel killed it: the host, or the limit of the container, is out of memory.'
      : 'Something stopped its container, or its image does not boot: a node image runs systemd as its first process.',
    logTail: log,
    next: exit.outOfMemory ? ['Create fewer workers, or give the host more memory'] : ['kindbox image build', `Try again with --retain, which keeps the node, and look: docker logs ${node.name}`],
  });
}

/** From here on exit codes are those of a shell: of a command that is not there or cannot be run, or was killed. Or of a node that is going. */
const NOT_ITS_OWN = 126;

/**
 * Runs a command in a node and fails as soon as the node stops, instead of at some time-out
 * (a control plane killed during init was noticed after four minutes by other tools).
 */
export function execWhileRunning(provider: NodeProvider, node: ObservedNode, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  return whileRunning(provider, node, options.signal, provider.exec(node.id, argv, options), ({ exitCode }) => exitCode >= NOT_ITS_OWN);
}

/** The same with what runs in the node already. @param isDoubtful of what may be the work of a node that is going */
export async function whileRunning<T>(provider: NodeProvider, node: ObservedNode, signal: AbortSignal, coming: Promise<T>, isDoubtful: (result: T) => boolean): Promise<T> {
  const done = new AbortController();
  const watching = AbortSignal.any([signal, done.signal]);
  const exited = provider.waitForExit(node.id, watching).then(
    async (exit) => { throw await nodeStopped(provider, node, exit, signal); },
    () => new Promise<never>(() => undefined),
  );
  exited.catch(() => undefined);
  try {
    const result = await Promise.race([coming, exited]);
    return isDoubtful(result) ? await Promise.race([exited, shortly(result)]) : result;
  } catch (error) {
    if (signal.aborted) throw error;
    // An exec that breaks off is usually the first sign that the node has gone: the reason follows at once.
    throw await Promise.race([exited.catch((reason: unknown) => reason), shortly(error)]);
  } finally {
    done.abort();
  }
}

function shortly<T>(value: T): Promise<T> {
  return new Promise((resolve) => { setTimeout(resolve, 1000, value); });
}
