import type { EmitEvent } from '../../events/event.js';
import type { ImageBuilder } from '../../provider/image-builder.js';

/** Everything that a build makes and must not leave behind, whatever its end. */
export class Workshop {
  readonly #containers = new Set<string>();
  readonly #volumes = new Set<string>();
  readonly #images = new Set<string>();

  constructor(private readonly builder: Pick<ImageBuilder, 'removeContainer' | 'removeVolume' | 'removeImage'>, private readonly emit: EmitEvent) {}

  holdContainer(id: string): void {
    this.#containers.add(id);
  }

  holdVolume(name: string): void {
    this.#volumes.add(name);
  }

  holdImage(id: string): void {
    this.#images.add(id);
  }

  /** It has become part of what the build was for. */
  keepImage(id: string): void {
    this.#images.delete(id);
  }

  async dropContainer(id: string): Promise<void> {
    await this.builder.removeContainer(id);
    this.#containers.delete(id);
  }

  /** Never rejects: it also runs after a failure, which must not be hidden by another one. */
  async clear(): Promise<void> {
    await Promise.all([...this.#containers].map((id) => this.#attempt(`docker rm -f ${id}`, () => this.builder.removeContainer(id))));
    await Promise.all([...this.#volumes].map((name) => this.#attempt(`docker volume rm ${name}`, () => this.builder.removeVolume(name))));
    await Promise.all([...this.#images].map((id) => this.#attempt(`docker image rm ${id}`, () => this.builder.removeImage(id))));
    this.#containers.clear();
    this.#volumes.clear();
    this.#images.clear();
  }

  async #attempt(byHand: string, remove: () => Promise<void>): Promise<void> {
    try {
      await remove();
    } catch {
      this.emit({ type: 'note', level: 'warning', message: `Something was left behind; remove it with: ${byHand}`, at: Date.now() });
    }
  }
}
