import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { KindboxError } from '../../errors/index.js';
import type { DockerClient } from './client.js';
import { daemonMessage, isDaemonFailure, statusOf } from './errors.js';

/** Milliseconds. The daemon closes an exec's connection slightly before it records the exit code; longer under load. */
const EXIT_POLLS = [2, 5, 10, 20, 40, 80, 100, 100, 100, 100, 200, 200, 500, 500];
/** Exit codes from here on mean a signal, perhaps because the whole node was killed. */
const FIRST_SIGNAL_CODE = 129;

/** A command that runs in a container, with its connection. */
export interface ExecSession {
  readonly id: string;
  readonly socket: Duplex;
}

export async function startExec(client: DockerClient, nodeId: string, argv: readonly string[], stdin: boolean, signal: AbortSignal): Promise<ExecSession> {
  const options = { Cmd: [...argv], AttachStdin: stdin, AttachStdout: true, AttachStderr: true, Tty: false };
  try {
    return await client.call(
      `Cannot run ${argv[0]} in container ${nodeId.slice(0, 12)}`,
      async (abortSignal) => {
        const exec = await client.api.getContainer(nodeId).exec({ ...options, ...(abortSignal && { abortSignal }) });
        // Hijacked always: only a raw connection tells an end from a cut.
        const socket = await exec.start({ hijack: true, stdin, ...(abortSignal && { abortSignal }) });
        return { id: exec.id, socket };
      },
      signal,
    );
  } catch (error) {
    throw (await stoppedNode(client, nodeId, error)) ?? error;
  }
}

/**
 * The exit code of a command whose connection has ended.
 * @throws KindboxError cluster when the node stopped meanwhile, host when the connection was cut.
 */
export async function exitCodeOf(client: DockerClient, nodeId: string, session: ExecSession): Promise<number> {
  try {
    const exitCode = await client.call('Cannot read the exit code of a command', () => pollExitCode(client, session));
    if (exitCode < FIRST_SIGNAL_CODE) return exitCode;
    const stopped = await stoppedNode(client, nodeId);
    if (stopped) throw stopped;
    return exitCode;
  } catch (error) {
    throw (await stoppedNode(client, nodeId, error)) ?? error;
  }
}

export function cutConnection(argv: readonly string[], cause?: unknown): KindboxError {
  return new KindboxError(`The connection to the command ${argv[0]} in a node was cut`, {
    reason: 'host',
    because: 'The Docker daemon was restarted, or the network to it failed.',
    next: ['docker info', 'kindbox list'],
    cause,
  });
}

async function pollExitCode(client: DockerClient, session: ExecSession): Promise<number> {
  const exec = client.api.getExec(session.id);
  for (const pause of EXIT_POLLS) {
    const state = await exec.inspect();
    if (!state.Running && state.ExitCode !== null) return state.ExitCode;
    await sleep(pause);
  }
  throw cutConnection(['that is still running']);
}

/** An error that names the node if it does not run any more. Looked up only after something went wrong. */
async function stoppedNode(client: DockerClient, nodeId: string, failure?: unknown): Promise<KindboxError | undefined> {
  // A daemon that does not answer will not answer this question either.
  if (failure instanceof KindboxError && !isDaemonFailure(failure.cause) && statusOf(failure) === undefined && failure.reason !== 'host') return undefined;
  const container = await client.api.getContainer(nodeId).inspect().catch((error: unknown) => error);
  if (container instanceof Error) {
    return statusOf(container) === 404 ? gone(nodeId, daemonMessage(container)) : undefined;
  }
  const { Name, State } = container as { Name: string; State: { Running: boolean; Paused: boolean; ExitCode: number; OOMKilled?: boolean } };
  if (State.Running && !State.Paused) return undefined;
  const name = Name.replace(/^\//, '');
  if (State.Paused) {
    return new KindboxError(`Node ${name} is paused`, { reason: 'cluster', because: 'Somebody paused its container.', next: [`docker unpause ${name}`] });
  }
  return new KindboxError(`Node ${name} stopped`, {
    reason: 'cluster',
    because: State.OOMKilled ? 'The kernel killed it for want of memory.' : `Its init ended with exit code ${State.ExitCode}.`,
    next: [`docker logs ${name}`, `docker start ${name}`],
  });
}

function gone(nodeId: string, because: string): KindboxError {
  return new KindboxError(`Node ${nodeId.slice(0, 12)} was removed`, { reason: 'cluster', because, next: ['kindbox list'] });
}
