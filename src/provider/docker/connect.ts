import type { ImageBuilder } from '../image-builder.js';
import type { NodeProvider } from '../provider.js';
import type { StandaloneNodes } from '../standalone.js';
import { buildCalls } from './build.js';
import { openClient } from './client.js';
import { throwIfCancelled } from '../../errors/index.js';
import { readConsole } from './console.js';
import type { Environment } from './docker-config.js';
import { runExec } from './exec.js';
import { hostCalls } from './host.js';
import { imageCalls } from './images.js';
import { networkCalls } from './networks.js';
import { nodeCalls } from './nodes.js';
import { learntPrivileges } from './privilege-negotiation.js';
import { saveImages } from './save.js';
import { standaloneCalls } from './standalone.js';
import { openTunnel } from './tunnel.js';
import { volumeCalls } from './volumes.js';
import { waitForExit } from './wait.js';

/** Nodes as containers of a Docker daemon, and the images they are made of. */
export type DockerProvider = NodeProvider & ImageBuilder & StandaloneNodes & {
  /** Closes idle connections. Optional: they do not keep the process alive. */
  close(): void;
};

/**
 * Prepares a connection to the daemon that DOCKER_HOST, the docker context or the default names; contacts nothing.
 * @throws KindboxError usage or host when the settings are unusable.
 */
export async function connectDocker(environment: Environment): Promise<DockerProvider> {
  const client = await openClient(environment);
  const privilegesOf = learntPrivileges(client);
  return {
    ...hostCalls(client),
    ...imageCalls(client),
    ...nodeCalls(client, privilegesOf),
    ...networkCalls(client),
    ...volumeCalls(client),
    ...buildCalls(client, privilegesOf),
    ...standaloneCalls(client, privilegesOf),
    saveImages: (references, platform, signal) => saveImages(client, references, platform, signal),
    exec: (nodeId, argv, options) => runExec(client, nodeId, argv, options),
    openStream: (nodeId, argv, signal) => openTunnel(client, nodeId, argv, signal),
    async describeCommands(runtime, signal) {
      throwIfCancelled(signal);
      const { plannedCommands } = await import('./engine-commands.js');
      return plannedCommands(client, privilegesOf, runtime);
    },
    async recallCommands(nodeIds, networkIds, signal) {
      throwIfCancelled(signal);
      const { recalledCommands } = await import('./recall.js');
      return recalledCommands(client, nodeIds, networkIds);
    },
    nodeConsole: (nodeId, lines, signal) => readConsole(client, nodeId, lines, signal),
    waitForExit: (nodeId, signal) => waitForExit(client, nodeId, signal),
    close: () => client.close(),
  };
}
