import { LABELS } from '../../nodes/labels.js';
import type { ObservedContainer, StandaloneNodes } from '../standalone.js';
import type { InspectedContainer, ListedContainer } from './answers.js';
import { abortable, type DockerClient } from './client.js';
import { tolerating } from './errors.js';
import { createAndStart } from './node-creation.js';
import type { PrivilegesOf } from './privilege-negotiation.js';

type Inspected = InspectedContainer & { readonly Config: { readonly Volumes?: Readonly<Record<string, unknown>> | null } };

export function standaloneCalls(client: DockerClient, privilegesOf: PrivilegesOf): StandaloneNodes {
  const { api } = client;

  const inspect = async (nameOrId: string, signal?: AbortSignal): Promise<ObservedContainer | undefined> => {
    const inspecting = (abortSignal?: AbortSignal): Promise<Inspected | undefined> =>
      api.getContainer(encodeURIComponent(nameOrId)).inspect(abortable(abortSignal) as object).catch(tolerating(404));
    const found = await client.call(`Cannot inspect the container ${nameOrId}`, inspecting, signal);
    return found && observed(found);
  };

  return {
    findContainer: inspect,

    async listStandalone(signal) {
      const filters = { label: [`${LABELS.standalone}=true`] };
      const found: ListedContainer[] = await client.call('Cannot list containers', (abortSignal) => api.listContainers({ all: true, filters, ...abortable(abortSignal) }), signal);
      const containers = await Promise.all(found.map(({ Id }) => inspect(Id, signal)));
      return containers.filter((container) => container !== undefined).sort((a, b) => a.createdAt - b.createdAt);
    },

    async runStandalone(spec, signal) {
      const id = await createAndStart(client, spec, privilegesOf, signal);
      const container: Inspected = await client.call(`Cannot inspect node ${spec.name}`, () => api.getContainer(id).inspect());
      return observed(container);
    },
  };
}

function observed({ Id, Name, Config, Image, State, Created }: Inspected): ObservedContainer {
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels ?? {},
    image: Config.Image,
    imageId: Image,
    running: State.Running && !State.Paused,
    declaredVolumes: Object.keys(Config.Volumes ?? {}),
    createdAt: Date.parse(Created) || 0,
  };
}
