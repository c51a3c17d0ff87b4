import type { CommitSpec } from '../image-builder.js';
import type { NodeImage } from '../types.js';
import type { InspectedContainer, InspectedImage, Labels } from './answers.js';
import type { DockerClient } from './client.js';
import { presentImage } from './images.js';
import { parseReference } from './references.js';

/** Makes an image of a container. Nothing of the container's own command, environment and labels shows in it. */
export async function commitContainer(client: DockerClient, containerId: string, spec: CommitSpec, signal: AbortSignal): Promise<NodeImage> {
  const failing = `Cannot make the image ${spec.reference ?? `of container ${containerId.slice(0, 12)}`}`;
  const committing = async () => {
    const container = client.api.getContainer(containerId);
    const inspected: InspectedContainer = await container.inspect();
    const base: InspectedImage = await client.api.getImage(inspected.Image).inspect();
    const environment = withoutInherited(variables(inspected.Config.Env), variables(base.Config?.Env), spec.environment);
    const body = {
      Entrypoint: [...spec.entrypoint],
      Cmd: [...spec.command],
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      Labels: withoutInherited(inspected.Config.Labels ?? {}, base.Config?.Labels ?? {}, spec.labels),
      StopSignal: spec.stopSignal,
    };
    // docker-modem takes query and body apart by these two names.
    const request = { _query: { container: containerId, ...nameOf(spec), pause: false }, _body: body };
    return (await container.commit(request as object)) as { Id: string };
  };
  const { Id } = await client.call(failing, committing, signal);
  return presentImage(client, Id, signal);
}

function nameOf({ reference }: CommitSpec): { repo?: string; tag?: string } {
  if (reference === undefined) return {};
  const { repository, tag } = parseReference(reference);
  return { repo: repository, tag };
}

/**
 * The daemon adds every variable and label of the container that a commit does not name: proxies with passwords, and
 * labels that would turn up on each node. None can be removed, so those of the container alone are emptied.
 */
export function withoutInherited(ofContainer: Labels, ofImage: Labels, wanted: Labels): Record<string, string> {
  const own = Object.entries(ofContainer).filter(([name, value]) => ofImage[name] !== value);
  return { ...Object.fromEntries(own.map(([name]) => [name, ofImage[name] ?? ''])), ...wanted };
}

function variables(entries: readonly string[] | null | undefined): Record<string, string> {
  return Object.fromEntries((entries ?? []).map((entry) => {
    const equals = entry.indexOf('=');
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  }));
}
