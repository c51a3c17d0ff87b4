import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, KindboxError } from '../../errors/index.js';
import type { InspectedContainer } from './answers.js';
import type { DockerClient } from './client.js';
import { daemonMessage, statusOf } from './errors.js';

/** Milliseconds. The daemon closes an exec's connection slightly before it records the exit code; longer under load. */
const EXIT_POLLS = [2, 5, 10, 20, 40, 80, 100, 100, 100, 100, 200, 200, 500, 500];
/** Exit codes from here on mean a signal, perhaps because the whole node was killed. */
const FIRST_SIGNAL_CODE = 129;
/** Milliseconds. The commands of a node that is killed end before the daemon notices that the node did. */
const DEATH_POLLS = [0, 20, 50, 100, 200, 300, 300];

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
    // What the daemon did not refuse (a cancelled run, an unreachable daemon) says nothing about the node.
    throw (statusOf(error) === undefined ? undefined : await stoppedNode(client, nodeId)) ?? error;
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
    for (const pause of DEATH_POLLS) {
      await sleep(pause);
      const stopped = await stoppedNode(client, nodeId);
      if (stopped) throw stopped;
    }
    return exitCode;
  } catch (error) {
    if (isStopped(error)) throw error;
    throw (await stoppedNode(client, nodeId)) ?? error;
  }
}

/** Why an aborted signal was aborted. */
export function cancellation(signal: AbortSignal): KindboxError {
  return signal.reason instanceof KindboxError ? signal.reason : new CancelledError();
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

function isStopped(error: unknown): boolean {
  return error instanceof KindboxError && error.reason === 'cluster';
}

/** An error that names the node if it does not run any more. Looked up only after something went wrong. */
async function stoppedNode(client: DockerClient, nodeId: string): Promise<KindboxError | undefined> {
  const inspecting: Promise<InspectedContainer> = client.api.getContainer(nodeId).inspect();
  const container = await inspecting.catch((error: unknown) => (statusOf(error) === 404 ? gone(nodeId, daemonMessage(error)) : undefined));
  if (container === undefined || container instanceof KindboxError) return container;
  const { Name, State } = container;
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
