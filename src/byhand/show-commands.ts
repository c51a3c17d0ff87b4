import { chooseCni, OWN_MANIFEST } from '../cni/cni.js';
import { planCreate } from '../cluster/create-plan.js';
import { controlPlaneOf, observeClusters, type ObservedCluster } from '../cluster/observe.js';
import type { ClusterPlan } from '../cluster/operations.js';
import type { CreateOptions } from '../cluster/options.js';
import { lookOnly } from '../cluster/preview.js';
import { validateCreateOptions } from '../cluster/validate-options.js';
import type { EngineContext } from '../engine.js';
import { nodeName } from '../nodes/names.js';
import type { NodeSpec } from '../provider/types.js';
import { cniOf, planOfExisting } from './existing.js';
import { scriptFor } from './script.js';

export interface ShownCommands {
  readonly name: string;
  /** The cluster exists: these are the commands that make it as it is. */
  readonly exists: boolean;
  /** A POSIX shell script. It holds no secret: what is secret it makes when it runs. */
  readonly script: string;
}

/**
 * The docker and kubeadm commands that make a cluster: one that exists, as it is now, or else one of these options.
 * Makes nothing. @throws KindboxError for all that create refuses.
 */
export async function showCommands(context: EngineContext, options: CreateOptions): Promise<ShownCommands> {
  const { name } = validateCreateOptions(options);
  const existing = (await observeClusters(context.provider, context.signal, name)).get(name);
  const script = existing === undefined ? await ofWish(context, options) : await ofExisting(context, existing, options.waitMs);
  return { name, exists: existing !== undefined, script };
}

async function ofWish(context: EngineContext, options: CreateOptions): Promise<string> {
  const { wish, host, facts } = await lookOnly(context, options);
  const [engine, cni] = await Promise.all([context.provider.describeCommands(wish.runtime, context.signal), chooseCni(wish.cni)]);
  // By name: an id means nothing to who reads it, and another one on the next machine.
  const plan = planCreate(wish, facts.existingNetworkId === undefined ? facts : { ...facts, existingNetworkId: wish.network });
  return scriptFor(plan, {
    engine, host, cni, cluster: wish.name, run: facts.run, master: nodeName(wish.name, 'control-plane', 0), nodes: nodesOf(plan),
    dividing: facts.existingNetworkId === undefined, waitSeconds: Math.ceil(wish.waitMs / 1000),
  }, `Makes the cluster ${wish.name}, as kindbox create does. It becomes kindbox's: kindbox destroy ${wish.name} removes it.`);
}

async function ofExisting(context: EngineContext, cluster: ObservedCluster, waitMs: number): Promise<string> {
  const { provider, signal } = context;
  const host = await provider.describeHost(signal);
  const plan = planOfExisting(cluster, host, waitMs);
  const master = controlPlaneOf(cluster) ?? cluster.nodes[0];
  const cni = master === undefined ? OWN_MANIFEST : cniOf(master);
  return scriptFor(plan, {
    engine: await provider.recallCommands(cluster.nodes.map(({ id }) => id), cluster.networks.map(({ id }) => id), signal),
    host, cni: cni === OWN_MANIFEST ? undefined : await chooseCni(cni), cluster: cluster.name, run: master?.run ?? '', master: master?.name ?? '',
    nodes: nodesOf(plan), dividing: false, waitSeconds: Math.ceil(waitMs / 1000),
  }, `Makes the cluster ${cluster.name} as it is now. Labels and taints that single nodes were given are not in it.`);
}

function nodesOf(plan: ClusterPlan): Map<string, NodeSpec> {
  return new Map(plan.operations.flatMap((operation) => (operation.kind === 'create-node' ? [[operation.spec.name, operation.spec]] : [])));
}
