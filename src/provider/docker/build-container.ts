import type Dockerode from 'dockerode';
import type { Duplex } from 'node:stream';
import { throwIfCancelled } from '../../errors/index.js';
import type { BuildContainerSpec, ImageBuilder } from '../image-builder.js';
import type { DockerClient } from './client.js';
import { daemonMessage } from './errors.js';
import { converse, OutputCollector } from './exec.js';
import type { PrivilegesOf } from './privilege-negotiation.js';
import { privilegedHostConfig, type NodePrivileges } from './node-privileges.js';
import { removeContainer } from './container-removal.js';
import { waitForExit } from './wait.js';

/** Builds print for hours; only their lines are of interest. */
const KEEP_OUTPUT = false;

type StartSpec = Omit<BuildContainerSpec, 'onLine'>;
type RunToEnd = Awaited<ReturnType<ImageBuilder['runToEnd']>>;

export async function runContainerToEnd(client: DockerClient, spec: BuildContainerSpec, privilegesOf: PrivilegesOf, signal: AbortSignal): Promise<RunToEnd> {
  return withPrivileges(client, spec, privilegesOf, signal, (privileges) => runOnce(client, spec, privileges, signal));
}

export async function startBuildContainer(client: DockerClient, spec: StartSpec, privilegesOf: PrivilegesOf, signal: AbortSignal): Promise<string> {
  return withPrivileges(client, spec, privilegesOf, signal, async (privileges) => {
    const container = await client.api.createContainer(buildContainerRequest(spec, privileges));
    try {
      await sendFiles(container, spec, signal);
      await container.start();
      return container.id;
    } catch (error) {
      await removeContainer(client, container.id).catch(() => undefined);
      throw error;
    }
  });
}

async function withPrivileges<T>(
  client: DockerClient, spec: StartSpec, privilegesOf: PrivilegesOf, signal: AbortSignal, run: (privileges: NodePrivileges | undefined) => Promise<T>,
): Promise<T> {
  const failing = `Cannot run ${spec.argv[0]} in a container of ${spec.image}`;
  for (;;) {
    const privileges = spec.nodePrivileges ? await privilegesOf.current() : undefined;
    try {
      throwIfCancelled(signal);
      return await client.call(failing, () => run(privileges), undefined);
    } catch (error) {
      // A refusal comes before the container starts; files that were streamed into it cannot be sent twice.
      if (!privileges || !privilegesOf.giveUp(daemonMessage(error)) || spec.files.some(({ tar }) => tar.readableDidRead)) throw error;
    }
  }
}

async function runOnce(client: DockerClient, spec: BuildContainerSpec, privileges: NodePrivileges | undefined, signal: AbortSignal): Promise<RunToEnd> {
  const container = await client.api.createContainer(buildContainerRequest(spec, privileges));
  try {
    await sendFiles(container, spec, signal);
    // Attached before the start, so that no output is lost.
    const socket = (await container.attach({ stream: true, stdout: true, stderr: true, hijack: true })) as unknown as Duplex;
    await startAttached(container, socket);
    await converse(socket, spec.argv, undefined, new OutputCollector((line) => spec.onLine(line), KEEP_OUTPUT), signal);
    const { exitCode } = await waitForExit(client, container.id, signal);
    return { containerId: container.id, exitCode };
  } catch (error) {
    await removeContainer(client, container.id).catch(() => undefined);
    throw error;
  }
}

async function sendFiles(container: Dockerode.Container, { files }: StartSpec, signal: AbortSignal): Promise<void> {
  for (const { path, tar } of files) {
    throwIfCancelled(signal);
    await container.putArchive(tar, { path });
  }
  throwIfCancelled(signal);
}

async function startAttached(container: Dockerode.Container, socket: Duplex): Promise<void> {
  try {
    await container.start();
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}

/** The body of a build container's POST /containers/create. */
export function buildContainerRequest(spec: StartSpec, privileges: NodePrivileges | undefined): Dockerode.ContainerCreateOptions {
  const [program = '', ...rest] = spec.argv;
  return {
    Image: spec.image,
    // Both, so that an entrypoint of the image does not come before argv.
    Entrypoint: [program],
    Cmd: rest,
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    Tty: false,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      // Where Sysbox is the default, it would keep containerd's snapshots outside the container: a commit does not see them.
      Runtime: 'runc',
      Init: false,
      RestartPolicy: { Name: 'no' },
      ...(privileges && privilegedHostConfig(privileges)),
      Mounts: spec.volumes.map(({ name, path, readOnly }) => ({ Type: 'volume', Source: name, Target: path, ReadOnly: readOnly ?? false })),
    },
  };
}
