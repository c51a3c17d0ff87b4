import { setTimeout as sleep } from 'node:timers/promises';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import { SYSBOX_RUNTIME } from '../../host/runtime-check.js';
import { LABELS } from '../../nodes/labels.js';
import type { NodeSpec } from '../types.js';
import type { InspectedContainer } from './answers.js';
import type { DockerClient } from './client.js';
import { removeContainer } from './container-removal.js';
import { ADDRESS_NOT_OURS_TO_CHOOSE, ADDRESS_TAKEN, NAME_TAKEN, PORT_TAKEN } from './daemon-errors.js';
import { daemonMessage, isTransient, statusOf, tolerating } from './errors.js';
import type { NodePrivileges } from './node-privileges.js';
import { sendNodeFiles } from './node-files.js';
import { nodeRequest } from './node-request.js';
import type { PrivilegesOf } from './privilege-negotiation.js';

/** Milliseconds. How long a name may stay reserved for a container that is gone (moby#37698). */
const NAME_POLL = 100;
const NAME_TIMEOUT = 30_000;
/** Another process may take a port between Docker's choice and its use. */
const PORT_ATTEMPTS = 3;
/** Whether a node was made is not known when the answer is lost; the name tells when it is asked for again. */
const CREATE_ATTEMPTS = 4;

/** Creates and starts a node. Whatever fails, no container is left. @returns the container's id. */
export async function createAndStart(client: DockerClient, wish: NodeSpec, privilegesOf: PrivilegesOf, signal: AbortSignal): Promise<string> {
  let spec = wish;
  const failing = `Cannot create node ${spec.name}`;
  const choosesPort = spec.ports.some((port) => port.hostPort === 0);
  const deadline = Date.now() + NAME_TIMEOUT;
  let portAttempts = choosesPort ? PORT_ATTEMPTS : 1;
  let createAttempts = CREATE_ATTEMPTS;
  let complaints = 0;
  let made: string | undefined;
  for (;;) {
    throwIfCancelled(signal);
    const privileges = spec.runtime === SYSBOX_RUNTIME ? undefined : await privilegesOf.current();
    try {
      return await client.call(failing, () => attempt(client, spec, privileges, made, signal));
    } catch (error) {
      made = undefined;
      const complaint = daemonMessage(error);
      // The bound is a guard: each refusal takes one item off a short list.
      if (privileges && privilegesOf.giveUp(complaint) && complaints++ < 10) continue;
      if (PORT_TAKEN.test(complaint) && --portAttempts > 0) continue;
      if (spec.ipv4 !== undefined && (ADDRESS_NOT_OURS_TO_CHOOSE.test(complaint) || ADDRESS_TAKEN.test(complaint))) {
        const { ipv4: _ipv4, ipv6: _ipv6, ...anywhere } = spec;
        spec = anywhere;
        continue;
      }
      const owner = NAME_TAKEN.exec(complaint)?.[1];
      if (owner === undefined && (!isTransient(error) || --createAttempts === 0)) throw withImageName(error, spec);
      if (owner !== undefined) {
        const found = await ownerOfName(client, owner);
        if (found !== undefined && isSameNode(found, spec)) {
          made = owner;
          continue;
        }
        if (found !== undefined) throw nameConflict(spec, found);
      }
      if (Date.now() > deadline) throw error;
      await sleep(NAME_POLL);
    }
  }
}

async function attempt(
  client: DockerClient, spec: NodeSpec, privileges: NodePrivileges | undefined, made: string | undefined, signal: AbortSignal,
): Promise<string> {
  const container = made === undefined ? await client.api.createContainer(nodeRequest(spec, privileges)) : client.api.getContainer(made);
  try {
    if (spec.files !== undefined) await sendNodeFiles(container, spec.files);
    throwIfCancelled(signal);
    // 304: the answer to the first of two calls was lost.
    await container.start().catch(tolerating(304));
    return container.id;
  } catch (error) {
    // What made the start fail is worth more than what may fail now; clean-up by label finds the container again.
    await removeContainer(client, container.id).catch(() => undefined);
    throw error;
  }
}

/** Undefined when the container that has the name is just being made or removed. */
async function ownerOfName(client: DockerClient, id: string): Promise<InspectedContainer | undefined> {
  return client.call(`Cannot inspect container ${id.slice(0, 12)}`, async () => {
    const owner: InspectedContainer | undefined = await client.api.getContainer(id).inspect().catch(tolerating(404));
    return owner?.State.Status === 'removing' ? undefined : owner;
  });
}

/** Made by an earlier attempt of this very run, whose answer was lost or which somebody on the way sent twice. */
function isSameNode({ Config }: InspectedContainer, { labels }: NodeSpec): boolean {
  return labels[LABELS.run] !== undefined && [LABELS.run, LABELS.cluster, LABELS.role, LABELS.index, LABELS.standalone].every((label) => Config.Labels?.[label] === labels[label]);
}

function nameConflict(spec: NodeSpec, owner: InspectedContainer): KindboxError {
  const cluster = owner.Config.Labels?.[LABELS.cluster];
  const message = `Cannot create node ${spec.name}: a container of that name exists`;
  if (cluster) {
    return new KindboxError(message, {
      reason: 'conflict',
      because: `It belongs to the kindbox cluster ${cluster}.`,
      next: [`kindbox destroy ${cluster}`, 'kindbox list'],
    });
  }
  return new KindboxError(message, {
    reason: 'conflict',
    because: 'It was not made by kindbox, and was not touched.',
    next: [`docker rename ${spec.name} ${spec.name}-old`, 'Choose another cluster name'],
  });
}

function withImageName(error: unknown, spec: NodeSpec): unknown {
  if (!(error instanceof KindboxError) || statusOf(error) !== 404 || error.reason !== 'image') return error;
  return new KindboxError(`Cannot create node ${spec.name}: there is no image ${spec.image}`, {
    reason: 'image',
    because: 'It was removed meanwhile, or never pulled or built.',
    next: [`docker pull ${spec.image}`, 'kindbox image build', 'docker image ls'],
    cause: error.cause,
  });
}
