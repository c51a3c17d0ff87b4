import type { Readable } from 'node:stream';
import type { EmitEvent } from '../../events/event.js';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { CriName } from '../../nodes/container-runtime.js';
import { IMAGE_LABELS } from '../../nodes/labels.js';
import { NO_SUCH_COMMAND } from '../../nodes/node-failure.js';
import type { CommitSpec, ImageBuilder } from '../../provider/image-builder.js';
import type { NodeProvider } from '../../provider/provider.js';
import { unreadable } from '../archive/contents.js';
import { presentable } from '../build/log-tail.js';
import { BUILD_LABELS } from '../build/names.js';
import { NODE_CONFIGURATION, SCRIPTS } from '../build/node-image.js';
import type { Workshop } from '../build/workshop.js';
import { parseLayoutReport, type ReportedImage } from './layout-report.js';

export interface WorkbenchContext {
  readonly builder: ImageBuilder;
  readonly provider: Pick<NodeProvider, 'exec'>;
  readonly emit: EmitEvent;
}

const LOG_LINES = 20;
/** Does nothing until it is killed: the work is done by commands beside it. */
const IDLE = ['/bin/sleep', 'infinity'];

/** A container of a node image, by plain runc, in which images are put into the shared layout. */
export class Workbench {
  #container: string | undefined;

  constructor(private readonly context: WorkbenchContext, private readonly workshop: Workshop, private readonly run: string) {}

  get container(): string {
    if (this.#container === undefined) throw new Error('the plan uses the container before it is started');
    return this.#container;
  }

  /** Sysbox would keep containerd's snapshots outside the container, where a commit does not see them. */
  async start(image: string, signal: AbortSignal): Promise<void> {
    this.#container = await this.context.builder.startContainer({
      image, argv: IDLE, environment: {}, labels: { [BUILD_LABELS.role]: 'container', [BUILD_LABELS.run]: this.run },
      volumes: [], files: [], nodePrivileges: true,
    }, signal);
    this.workshop.holdContainer(this.#container);
    throwIfCancelled(signal);
  }

  /** Runs the image's own `preload`; `archive` becomes its stdin. */
  async preload(argv: readonly string[], signal: AbortSignal, archive?: Readable): Promise<void> {
    try {
      const { exitCode, log } = await this.#execute([SCRIPTS.preload, ...argv], signal, archive);
      if (NO_SUCH_COMMAND.has(exitCode)) throw outdated();
      if (exitCode !== 0) throw importFailure(exitCode, log);
    } catch (error) {
      throwIfCancelled(signal);
      if (error instanceof KindboxError) throw error;
      throw unreadable(error);
    } finally {
      archive?.destroy();
    }
  }

  /** Removes what nodes must not inherit. Images of older versions of kindbox have no script for it, and little to remove. */
  async seal(signal: AbortSignal): Promise<void> {
    const { exitCode, log } = await this.#execute([SCRIPTS.seal], signal);
    if (exitCode !== 0 && !NO_SUCH_COMMAND.has(exitCode)) throw importFailure(exitCode, log);
  }

  async layout(signal: AbortSignal): Promise<ReportedImage[]> {
    const { exitCode, stdout, stderr } = await this.context.provider.exec(this.container, [SCRIPTS.layoutReport], { signal });
    if (NO_SUCH_COMMAND.has(exitCode)) throw outdated();
    if (exitCode !== 0) throw importFailure(exitCode, stderr);
    return parseLayoutReport(stdout);
  }

  async #execute(argv: readonly string[], signal: AbortSignal, stdin?: Readable): Promise<{ exitCode: number; log: string }> {
    const lines: string[] = [];
    const onLine = (line: string): void => {
      const clean = presentable(line);
      if (clean.startsWith('warning: ')) this.context.emit({ type: 'note', level: 'warning', message: clean.slice('warning: '.length), at: Date.now() });
      if (lines.push(clean) > LOG_LINES) lines.shift();
    };
    const { exitCode } = await this.context.provider.exec(this.container, argv, { signal, onLine, ...(stdin === undefined ? {} : { stdin }) });
    return { exitCode, log: lines.join('\n') };
  }
}

/** An image for nodes, of a container that the workbench has finished with. */
export function nodeCommit(reference: string, kubernetesVersion: string, contentHash: string, cri: CriName = 'containerd'): CommitSpec & { readonly reference: string } {
  return {
    ...NODE_CONFIGURATION,
    reference,
    labels: {
      [IMAGE_LABELS.kubernetesVersion]: kubernetesVersion,
      [IMAGE_LABELS.cri]: cri,
      [IMAGE_LABELS.layout]: 'shared',
      // Or `image build` would take it for what it builds itself.
      [IMAGE_LABELS.contentHash]: contentHash,
      [BUILD_LABELS.role]: '',
      [BUILD_LABELS.run]: '',
    },
  };
}

/** @throws KindboxError image, naming the images that the nodes would not share. */
export function requireShared(layout: readonly ReportedImage[], names: readonly string[]): void {
  const shared = new Set(layout.filter(({ tree }) => tree !== null).map(({ name }) => name));
  const missing = names.filter((name) => !shared.has(name));
  if (missing.length === 0) return;
  throw new KindboxError(`Not in the shared layout: ${missing.join(', ')}`, {
    reason: 'image', because: 'What was imported has another name, is not for the platform of the nodes, or the node image is of an older kindbox.',
    next: ['kindbox image build', 'docker image ls'],
  });
}

function importFailure(exitCode: number, log: string): KindboxError {
  const full = /no space left on device/i.test(log);
  const foreign = /no (match for platform|unpack platforms)|not found/i.test(log);
  return new KindboxError('Preloading the images failed', {
    reason: 'image', logTail: log,
    because: full ? 'The disk of the container engine is full.'
      : foreign ? 'An archive lacks a part of an image, or has it for other platforms only.' : `The script ended with exit code ${exitCode}.`,
    next: full ? ['docker system df'] : ['docker image ls'],
  });
}

function outdated(): KindboxError {
  return new KindboxError('The node image is of an older version of kindbox', {
    reason: 'image', because: 'It has no script that puts images into the shared layout.', next: ['kindbox image build'],
  });
}
