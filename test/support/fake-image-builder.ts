import { Readable } from 'node:stream';
import { KindboxError, CancelledError } from '../../src/errors/index.js';
import type { BuildContainerSpec, BuildSpec, CommitSpec, ImageBuilder } from '../../src/provider/image-builder.js';
import type { NodeImage } from '../../src/provider/types.js';

export interface FakeRun {
  readonly spec: BuildContainerSpec;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Keeps images, containers and volumes in memory, and what it was asked for in `calls`. */
export class FakeImageBuilder implements ImageBuilder {
  readonly images = new Map<string, NodeImage>();
  readonly containers = new Set<string>();
  readonly volumes = new Map<string, Readonly<Record<string, string>>>();
  readonly calls: string[] = [];
  readonly builds: BuildSpec[] = [];
  readonly runs: FakeRun[] = [];
  readonly commits: CommitSpec[] = [];
  /** What a registry would give; by default there is none. */
  pull: (reference: string, signal: AbortSignal) => Promise<void> = async (reference) => {
    throw new KindboxError(`${reference} could not be pulled`, { reason: 'image', because: 'There is no registry.' });
  };
  /** What a container does while it runs; its exit code. */
  script: (spec: BuildContainerSpec, signal: AbortSignal) => Promise<number> = async () => 0;
  /** Whether there is a container that the builder did not make itself. */
  knows: (containerId: string) => boolean = () => false;
  /** What happens while a container is made an image. */
  committing: () => Promise<void> = async () => undefined;
  /** What `docker save` gives. */
  saving: (references: readonly string[]) => Readable = (references) => Readable.from([Buffer.from(`tar of ${references.join(' ')}`)]);
  #count = 0;

  addImage(reference: string, labels: Readonly<Record<string, string>> = {}, id = `sha256:${++this.#count}`): NodeImage {
    const known = [...this.images.values()].find((image) => image.id === id);
    const image: NodeImage = {
      id, references: [...(known?.references ?? []), reference], labels: known?.labels ?? labels,
      architecture: 'amd64', size: 1000 + this.#count, createdAt: this.#count,
    };
    for (const other of known?.references ?? []) this.images.set(other, image);
    this.images.set(reference, image);
    return image;
  }

  readonly listImages = async (repository: string): Promise<NodeImage[]> =>
    [...new Set([...this.images].filter(([reference]) => reference.startsWith(`${repository}:`)).map(([, image]) => image))];

  async findImage(reference: string): Promise<NodeImage | undefined> {
    return this.images.get(reference);
  }

  async pullImage(reference: string, _onProgress: (current: number, total: number) => void, signal: AbortSignal): Promise<NodeImage> {
    this.calls.push(`pull ${reference}`);
    await this.pull(reference, signal);
    return this.addImage(reference);
  }

  async importImage(reference: string, rootfs: Readable, signal: AbortSignal): Promise<NodeImage> {
    const bytes = await contentOf(rootfs);
    stopIfAborted(signal);
    this.calls.push(`import ${reference} ${String(bytes)}`);
    return this.addImage(reference);
  }

  async buildImage(spec: BuildSpec, signal: AbortSignal): Promise<NodeImage> {
    this.calls.push(`build ${spec.reference.replace(/:.*/, '')}`);
    this.builds.push(spec);
    await contentOf(spec.context);
    spec.onLine('Step 1/2 : FROM base');
    await tick();
    stopIfAborted(signal);
    return this.addImage(spec.reference, spec.labels);
  }

  async tagImage(id: string, reference: string): Promise<void> {
    this.calls.push(`tag ${id} ${reference}`);
    this.addImage(reference, {}, id);
  }

  async removeImage(id: string): Promise<void> {
    this.calls.push(`remove-image ${id}`);
    for (const [reference, image] of this.images) if (image.id === id) this.images.delete(reference);
  }

  async runToEnd(spec: BuildContainerSpec, signal: AbortSignal): Promise<{ containerId: string; exitCode: number }> {
    this.calls.push(`run ${spec.argv.join(' ')}`);
    const containerId = `container-${++this.#count}`;
    this.containers.add(containerId);
    const files = new Map<string, Buffer>();
    for (const { path, tar } of spec.files) files.set(path, await contentOf(tar));
    this.runs.push({ spec, files });
    try {
      const exitCode = await this.script(spec, signal);
      stopIfAborted(signal);
      return { containerId, exitCode };
    } catch (error) {
      this.containers.delete(containerId);
      throw error;
    }
  }

  async startContainer(spec: Omit<BuildContainerSpec, 'onLine'>, signal: AbortSignal): Promise<string> {
    stopIfAborted(signal);
    this.calls.push(`start ${spec.image} ${spec.argv.join(' ')}`);
    const containerId = `container-${++this.#count}`;
    this.containers.add(containerId);
    return containerId;
  }

  async saveImages(references: readonly string[], platform: string): Promise<Readable> {
    this.calls.push(`save ${platform} ${references.join(' ')}`);
    return this.saving(references);
  }

  async commit(containerId: string, spec: CommitSpec, signal: AbortSignal): Promise<NodeImage> {
    stopIfAborted(signal);
    this.calls.push(`commit ${spec.reference ?? '<none>'}`);
    await this.committing();
    if (!this.containers.has(containerId) && !this.knows(containerId)) throw new Error(`no container ${containerId}`);
    this.commits.push(spec);
    const reference = spec.reference ?? `<none>-${++this.#count}`;
    this.images.delete(reference);
    return this.addImage(reference, spec.labels);
  }

  async removeContainer(containerId: string): Promise<void> {
    this.containers.delete(containerId);
  }

  async ensureVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    if (!this.volumes.has(name)) this.volumes.set(name, labels);
  }

  async removeVolume(name: string): Promise<void> {
    this.volumes.delete(name);
  }
}

async function contentOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks);
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError();
}
