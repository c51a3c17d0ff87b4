import { throwIfCancelled } from '../../errors/index.js';
import { LABELS } from '../../nodes/labels.js';
import type { NodeProvider } from '../provider.js';
import type { InspectedContainer, ListedContainer } from './answers.js';
import { objectsOf } from './answer-readers.js';
import { abortable, type DockerClient } from './client.js';
import { removeContainer } from './container-removal.js';
import { daemonMessage, tolerating } from './errors.js';
import { createAndStart } from './node-creation.js';
import { nodeOfInspection, nodeOfList, ownName } from './observed-node.js';
import { labelFilters } from './owned.js';
import type { PrivilegesOf } from './privilege-negotiation.js';
import { KEPT } from './restart-policy.js';

/** Seconds that a node's init has to stop its services. */
const STOP_GRACE = 10;

const PAUSED = /paused/i;
/** 304: it is as was asked for already. */
const unlessUnchanged = tolerating(304);

type NodeCalls = Pick<NodeProvider, 'listNodes' | 'findForeignContainers' | 'createNode' | 'startNode' | 'keepNode' | 'stopNode' | 'removeNode'>;

export function nodeCalls(client: DockerClient, privilegesOf: PrivilegesOf): NodeCalls {
  const { api } = client;
  const list = (filters: Record<string, string[]>, signal: AbortSignal): Promise<ListedContainer[]> =>
    client.call('Cannot list containers', (abortSignal) => api.listContainers({ all: true, filters, ...abortable(abortSignal) }), signal);

  const setRestartPolicy = async (id: string, Name: typeof KEPT | 'no', signal: AbortSignal): Promise<void> => {
    await client.call(`Cannot update node ${id.slice(0, 12)}`, () => api.getContainer(id).update({ RestartPolicy: { Name } }), signal);
  };

  return {
    async listNodes(filter, signal) {
      const containers = await list(labelFilters(filter, LABELS.role), signal);
      return objectsOf(containers).map(nodeOfList).filter((node) => node !== undefined);
    },

    async findForeignContainers(names, cluster, signal) {
      const wanted = new Set(names);
      const containers = await list({}, signal);
      return containers.flatMap((container) => {
        const name = ownName(container.Names);
        const foreign = name !== undefined && wanted.has(name) && container.Labels?.[LABELS.cluster] !== cluster;
        return foreign ? [{ id: container.Id, name }] : [];
      });
    },

    async createNode(spec, signal) {
      throwIfCancelled(signal);
      const id = await createAndStart(client, spec, privilegesOf, signal);
      const container = await client.call(`Cannot inspect node ${spec.name}`, () => api.getContainer(id).inspect());
      const node = nodeOfInspection(container);
      if (!node) throw new TypeError(`createNode was given labels that are not those of a node: ${spec.name}`);
      return node;
    },

    async startNode(id, signal) {
      const failing = `Cannot start node ${id.slice(0, 12)}`;
      const container = api.getContainer(id);
      await client.call(failing, () => container.start().catch(async (error: unknown) => {
        if (!PAUSED.test(daemonMessage(error))) return unlessUnchanged(error);
        await container.unpause();
      }), signal);
      const inspection: InspectedContainer = await client.call(failing, () => container.inspect());
      const node = nodeOfInspection(inspection);
      if (!node) throw new TypeError(`startNode was given a container that is not a node: ${id}`);
      return { node, startedAt: Date.parse(inspection.State.StartedAt) };
    },

    keepNode: (id, signal) => setRestartPolicy(id, KEPT, signal),

    async stopNode(id, signal) {
      const failing = `Cannot stop node ${id.slice(0, 12)}`;
      await setRestartPolicy(id, 'no', signal);
      await client.call(failing, () => api.getContainer(id).stop({ t: STOP_GRACE }).catch(unlessUnchanged), signal);
    },

    removeNode: (id) => removeContainer(client, id),
  };
}
