import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { CommitContext } from '../../../src/images/commit/index.js';
import type { EngineEvent } from '../../../src/events/event.js';
import { IMAGE_LABELS, LABELS } from '../../../src/nodes/labels.js';
import type { ObservedContainer, StandaloneNodes } from '../../../src/provider/standalone.js';
import type { ExecOptions, ExecResult, NodeSpec, ObservedNode } from '../../../src/provider/types.js';
import { FakeImageBuilder } from '../../support/fake-image-builder.js';
import { FakeProvider } from '../../support/fake-provider.js';

export const BASE = 'nestybox/k8s-node:v1.36.3';
export const SHARED = { [IMAGE_LABELS.kubernetesVersion]: 'v1.36.3', [IMAGE_LABELS.layout]: 'shared', [IMAGE_LABELS.contentHash]: 'base' };

export interface Executed {
  readonly container: string;
  readonly argv: readonly string[];
  readonly stdin: string;
}

const DONE: ExecResult = { exitCode: 0, stdout: '', stderr: '' };

/** An engine in which images can be made of containers, and containers hold images. */
export class PodsFixture {
  builder = new FakeImageBuilder();
  provider = new FakeProvider();
  events: EngineEvent[] = [];
  executed: Executed[] = [];
  containers = new Map<string, ObservedContainer>();
  /** What a command in a container does; nothing, successfully, when undefined. */
  answer: (executed: Executed, signal: AbortSignal) => Promise<Partial<ExecResult>> | Partial<ExecResult> | undefined = () => undefined;
  interrupt = new AbortController();

  readonly standalone: StandaloneNodes = {
    runStandalone: async (spec: NodeSpec) => {
      const node = { ...container(spec.name, spec.labels), image: spec.image };
      this.containers.set(spec.name, node);
      return node;
    },
    listStandalone: async () => [...this.containers.values()].filter(({ labels }) => labels[LABELS.standalone] === 'true'),
    findContainer: async (name) => this.containers.get(name),
  };

  constructor() {
    this.builder.addImage(BASE, SHARED, 'base-id');
    this.provider.exec = async (id, argv, options?: ExecOptions) => {
      const { stdin, signal, onLine } = options ?? { signal: this.interrupt.signal };
      const text = stdin instanceof Readable ? String(await buffer(stdin)) : String(stdin ?? '');
      const executed = { container: id, argv, stdin: text };
      this.executed.push(executed);
      const result = { ...DONE, ...await this.answer(executed, signal) };
      signal.throwIfAborted();
      for (const line of result.stderr.split('\n').filter(Boolean)) onLine?.(line, 'stderr');
      return result;
    };
    this.builder.knows = (id) => [...this.containers.values()].some((node) => node.id === id);
    this.provider.findImage = (reference) => this.builder.findImage(reference);
    this.provider.removeNode = async (id) => {
      for (const [name, node] of this.containers) if (node.id === id) this.containers.delete(name);
    };
  }

  get context(): CommitContext {
    return {
      builder: this.builder, provider: this.provider, standalone: this.standalone, environment: {},
      emit: (event: EngineEvent) => this.events.push(event), signal: this.interrupt.signal,
    };
  }

  /** The commands of containers, by the last part of their program's name. */
  get commands(): string[] {
    return this.executed.map(({ argv }) => [argv[0]?.split('/').at(-1), ...argv.slice(1)].join(' '));
  }

  addNode(cluster: string, index: number, state: ObservedNode['state'] = 'running', more: Readonly<Record<string, string>> = {}): ObservedNode {
    const role = index < 0 ? 'control-plane' as const : 'worker' as const;
    const name = index < 0 ? `${cluster}-master` : `${cluster}-worker-${index}`;
    const labels = { [LABELS.cluster]: cluster, [LABELS.role]: role, [LABELS.index]: String(Math.max(index, 0)), ...more };
    const node = { id: `id-of-${name}`, name, cluster, run: '', role, index: Math.max(index, 0), state, image: BASE, labels, addresses: [], ports: [], createdAt: 0 };
    this.provider.nodes.set(node.id, node);
    return node;
  }
}

export function container(name: string, labels: Readonly<Record<string, string>>): ObservedContainer {
  return { id: `id-of-${name}`, name, labels: { ...SHARED, ...labels }, image: BASE, imageId: 'base-id', running: true, declaredVolumes: [], createdAt: 0 };
}

export function report(images: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.entries(images).map(([name, tree]) => ({ name, digest: `sha256:${name}`, blobBytes: 1, tree, treeBytes: 1 })));
}
