import type { EmitEvent } from '../../events/event.js';
import type { ImageBuilder } from '../../provider/image-builder.js';

/** Everything that a build makes and must not leave behind, whatever its end. */
export class Workshop {
  readonly #containers = new Set<string>();
  readonly #volumes = new Set<string>();

  constructor(private readonly builder: ImageBuilder, private readonly emit: EmitEvent) {}

  holdContainer(id: string): void {
    this.#containers.add(id);
  }

  holdVolume(name: string): void {
    this.#volumes.add(name);
  }

  async dropContainer(id: string): Promise<void> {
    await this.builder.removeContainer(id);
    this.#containers.delete(id);
  }

  /** Never rejects: it also runs after a failure, which must not be hidden by another one. */
  async clear(): Promise<void> {
    await Promise.all([...this.#containers].map((id) => this.#attempt(`docker rm -f ${id}`, () => this.builder.removeContainer(id))));
    await Promise.all([...this.#volumes].map((name) => this.#attempt(`docker volume rm ${name}`, () => this.builder.removeVolume(name))));
    this.#containers.clear();
    this.#volumes.clear();
  }

  async #attempt(byHand: string, remove: () => Promise<void>): Promise<void> {
    try {
      await remove();
    } catch {
      this.emit({ type: 'note', level: 'warning', message: `Something was left behind; remove it with: ${byHand}`, at: Date.now() });
    }
  }
}
