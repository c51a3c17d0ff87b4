import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { ImageBuilder } from '../image-builder.js';
import type { NodeProvider } from '../provider.js';
import type { NodeImage } from '../types.js';
import type { InspectedImage } from './answers.js';
import { abortable, type DockerClient } from './client.js';
import { findCredentials } from './credentials.js';
import { explainDaemonMessage, tolerating } from './errors.js';
import { PullProgress } from './pull-progress.js';
import { parseReference } from './references.js';
import { readProgress, type ProgressLine } from './streams/progress.js';

type ImageCalls = Pick<NodeProvider, 'findImage' | 'listImages' | 'pullImage'> & Pick<ImageBuilder, 'importImage' | 'tagImage' | 'removeImage'>;

export function imageCalls(client: DockerClient): ImageCalls {
  const { api } = client;
  const findImage = (reference: string, signal: AbortSignal) => inspectImage(client, reference, signal);

  return {
    findImage,

    async listImages(repository, signal) {
      const filters = { reference: [repository] };
      const found = await client.call(`Cannot list the images of ${repository}`, (abortSignal) => api.listImages({ filters, ...abortable(abortSignal) }), signal);
      const images = await Promise.all(found.map((image) => findImage(image.Id, signal)));
      return images.filter((image) => image !== undefined).sort((a, b) => b.createdAt - a.createdAt);
    },

    async pullImage(reference, onProgress, signal) {
      const { repository, tag, registry } = parseReference(reference);
      const credentials = await findCredentials(registry, client.environment);
      const progress = new PullProgress(onProgress);
      await follow(client, `Cannot pull ${reference}`, signal, (line) => progress.add(line), (abortSignal) =>
        // Without a tag the daemon would pull every tag of the repository.
        api.createImage(credentials ?? {}, { fromImage: repository, tag, ...abortable(abortSignal) }),
      );
      return presentImage(client, reference, signal);
    },

    async importImage(reference, rootfs, signal) {
      const { repository, tag } = parseReference(reference);
      let id = reference;
      const note = (line: ProgressLine) => {
        if (line.status?.startsWith('sha256:')) id = line.status;
      };
      try {
        await follow(client, `Cannot make the image ${reference}`, signal, note, (abortSignal) =>
          api.importImage(rootfs, { repo: repository, tag, ...abortable(abortSignal) }),
        );
      } finally {
        rootfs.destroy();
      }
      return presentImage(client, id, signal);
    },

    async tagImage(id, reference, signal) {
      const { repository, tag } = parseReference(reference);
      await client.call(`Cannot tag ${id} as ${reference}`, () => api.getImage(id).tag({ repo: repository, tag }), signal);
    },

    async removeImage(id) {
      await client.call(`Cannot remove the image ${id}`, () => api.getImage(id).remove({ force: true }).catch(tolerating(404)));
    },
  };
}

/** Starts a request that answers with progress lines and reads them to their end. */
export async function follow(
  client: DockerClient,
  failing: string,
  signal: AbortSignal,
  onLine: (line: ProgressLine) => void,
  request: (signal?: AbortSignal) => Promise<NodeJS.ReadableStream>,
): Promise<void> {
  const failure = await client.call(
    failing,
    async (abortSignal) => readProgress(await request(abortSignal), onLine, signal),
    signal,
  );
  throwIfCancelled(signal);
  if (failure !== undefined) throw explainDaemonMessage(failure, failing);
}

/** An image that must be there because it was just made. */
export async function presentImage(client: DockerClient, reference: string, signal: AbortSignal): Promise<NodeImage> {
  const image = await inspectImage(client, reference, signal);
  if (image) return image;
  throw new KindboxError(`The image ${reference} was made, but is gone`, {
    reason: 'image',
    because: 'Somebody removed it meanwhile.',
    next: ['docker image ls'],
  });
}

export async function inspectImage(client: DockerClient, reference: string, signal: AbortSignal): Promise<NodeImage | undefined> {
  assertReference(reference);
  const inspecting = (abortSignal?: AbortSignal): Promise<InspectedImage | undefined> =>
    client.api.getImage(reference).inspect(abortable(abortSignal) as object).catch(tolerating(404));
  const image = await client.call(`Cannot inspect the image ${reference}`, inspecting, signal);
  if (!image) return undefined;
  return {
    id: image.Id,
    references: [...(image.RepoTags ?? []), ...(image.RepoDigests ?? [])],
    labels: image.Config?.Labels ?? {},
    architecture: image.Architecture,
    size: image.Size,
    createdAt: Date.parse(image.Created ?? '') || 0,
  };
}

/** A reference becomes part of the request's path: what cannot be one is refused before it gets there. */
function assertReference(reference: string): void {
  if (/^[A-Za-z0-9][\w.:@/-]*$/.test(reference) && !reference.includes('..')) return;
  throw new KindboxError(`"${reference}" is not an image reference`, {
    reason: 'usage',
    because: 'References look like registry/name:tag, in lower case.',
    next: ['docker image ls'],
  });
}
