import type { ImageBuilder } from '../image-builder.js';
import type { NodeProvider } from '../provider.js';
import type { ListedVolumes } from './answers.js';
import { objectsOf, textOf, textsOf } from './answer-readers.js';
import { abortable, type DockerClient } from './client.js';
import { tolerating } from './errors.js';
import { labelFilters } from './owned.js';

type VolumeCalls = Pick<NodeProvider & ImageBuilder, 'listVolumes' | 'ensureVolume' | 'findVolume' | 'removeVolume'>;

export function volumeCalls(client: DockerClient): VolumeCalls {
  const { api } = client;
  return {
    async listVolumes(filter, signal) {
      const filters = { ...labelFilters(filter) };
      const found: ListedVolumes = await client.call('Cannot list volumes', (abortSignal) => api.listVolumes({ filters, ...abortable(abortSignal) }), signal);
      return objectsOf(found.Volumes).map((volume) => ({ id: textOf(volume.Name), labels: textsOf(volume.Labels) }));
    },

    async ensureVolume(name, labels, signal) {
      await client.call(`Cannot create volume ${name}`, () => api.createVolume({ Name: name, Labels: { ...labels } }), signal);
    },

    async findVolume(name, signal) {
      return client.call(`Cannot look for volume ${name}`, async (abortSignal) => {
        // Docker has null for no labels, whatever the types of dockerode say.
        const volume: { Name: string; Labels: Record<string, string> | null } | undefined = await api.getVolume(name).inspect(abortable(abortSignal)).catch(tolerating(404));
        return volume && { id: volume.Name, labels: volume.Labels ?? {} };
      }, signal);
    },

    async removeVolume(name) {
      // 409: a container holds it.
      await client.call(`Cannot remove volume ${name}`, () => api.getVolume(name).remove().catch(tolerating(404, 409)));
    },
  };
}
