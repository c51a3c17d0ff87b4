import { randomBytes } from 'node:crypto';
import type { EngineContext } from '../../engine.js';
import { KindboxError } from '../../errors/index.js';
import { chooseImage } from '../../cluster/node-image.js';
import { newRunId } from '../../cluster/run-id.js';
import { validateClusterName, validateImageReference, validateKubernetesVersion, validateNetworkName, validateRuntimeName } from '../../cluster/validate.js';
import { isolationWarning, requireRuntime } from '../../host/runtime-check.js';
import { containerRuntime, type ContainerRuntime } from '../../nodes/container-runtime.js';
import { standaloneLabels } from '../../nodes/labels.js';
import { tail } from '../../nodes/node-failure.js';
import { executePlan } from '../../plan/execute.js';
import { operationId, type Operation } from '../../plan/operation.js';
import type { ObservedContainer, StandaloneNodes } from '../../provider/standalone.js';

export type StandaloneContext = EngineContext & { readonly standalone: StandaloneNodes };

export interface StandaloneOptions {
  /** A random one when absent. */
  readonly name?: string | undefined;
  readonly image?: string | undefined;
  readonly kubernetesVersion?: string | undefined;
  readonly runtime: string;
  /** Docker's default network when absent. */
  readonly network?: string | undefined;
}

export interface StandaloneResult {
  readonly name: string;
  readonly id: string;
  readonly image: string;
  readonly kubernetesVersion: string;
  readonly runtime: string;
  readonly durationMs: number;
}

interface RunOperation extends Operation {
  readonly kind: 'create-node' | 'await-runtime';
}

const AWAIT_SECONDS = '120';
const AWAIT_MS = 130_000;

/**
 * Starts a node that belongs to no cluster, and returns when its container runtime answers: images can be pulled into it, and
 * it can be made an image. @throws KindboxError usage, host, image, conflict, cluster; nothing is left then.
 */
export async function runStandaloneNode(context: StandaloneContext, options: StandaloneOptions): Promise<StandaloneResult> {
  const startedAt = Date.now();
  const name = options.name ?? `kindbox-node-${randomBytes(3).toString('hex')}`;
  validate(name, options);
  const host = await context.provider.describeHost(context.signal);
  requireRuntime(host, options.runtime);
  const kubernetesVersion = options.kubernetesVersion === undefined ? undefined : validateKubernetesVersion(options.kubernetesVersion);
  const image = await chooseImage(context, host, { image: options.image, kubernetesVersion });
  const isolation = isolationWarning(options.runtime);
  if (isolation !== undefined) context.emit({ type: 'note', level: 'warning', message: isolation, at: Date.now() });

  const inside = containerRuntime(image.cri);
  const made: { node?: ObservedContainer } = {};
  const group = 'run-node';
  const created = operationId('create-node', name);
  const operations: RunOperation[] = [
    { id: created, kind: 'create-node', group, title: `Creating node ${name}`, needs: [] },
    { id: operationId('await-runtime', name), kind: 'await-runtime', group, title: `Waiting for ${inside.title} on ${name}`, needs: [created] },
  ];
  try {
    await executePlan({ groups: [{ id: group, title: 'Starting a node of no cluster ...' }], operations }, {
      'create-node': async (_operation, { signal }) => {
        made.node = await context.standalone.runStandalone({
          name, image: image.reference, runtime: options.runtime, network: options.network ?? 'bridge', ports: [], labels: standaloneLabels(newRunId(), options.runtime),
        }, signal);
      },
      'await-runtime': (_operation, { signal }) => awaitRuntime(context, inside, made.node, signal),
    }, context.emit, context.signal);
  } catch (error) {
    if (made.node !== undefined) await removeOrTell(context, made.node);
    throw error;
  }
  return { name, id: made.node?.id ?? '', image: image.reference, kubernetesVersion: image.kubernetesVersion, runtime: options.runtime, durationMs: Date.now() - startedAt };
}

function validate(name: string, { image, network, runtime }: StandaloneOptions): void {
  validateClusterName(name);
  validateRuntimeName(runtime);
  if (image !== undefined) validateImageReference(image);
  if (network !== undefined) validateNetworkName(network);
}

async function awaitRuntime(context: EngineContext, inside: ContainerRuntime, node: ObservedContainer | undefined, signal: AbortSignal): Promise<void> {
  if (node === undefined) throw new Error('the plan waits for a node before it is made');
  const { exitCode, stderr } = await context.provider.exec(node.id, [inside.awaitProgram, AWAIT_SECONDS], { signal, timeoutMs: AWAIT_MS });
  if (exitCode === 0) return;
  throw new KindboxError(`${inside.title} did not start on ${node.name}`, { reason: 'cluster', logTail: tail(stderr), next: ['kindbox image build', `kindbox node run --image=${node.image}`] });
}

async function removeOrTell(context: EngineContext, { id, name }: ObservedContainer): Promise<void> {
  try {
    await context.provider.removeNode(id);
  } catch {
    context.emit({ type: 'note', level: 'warning', message: `Something was left behind; remove it with: docker rm -fv ${name}`, at: Date.now() });
  }
}
