import { chooseCni } from '../cni/cni.js';
import { OWN_MANIFEST } from '../cni/names.js';
import { planCreate } from '../cluster/create-plan.js';
import { customizationOf, type Customization } from '../cluster/customization.js';
import { observeClusters, type ObservedCluster } from '../cluster/observe.js';
import type { ClusterPlan } from '../cluster/operations.js';
import type { CreateOptions } from '../cluster/options.js';
import { lookOnly } from '../cluster/preview.js';
import { NO_CUSTOMIZATION } from '../cluster/session.js';
import { validateCreateOptions } from '../cluster/validate-options.js';
import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import type { NodeSpec } from '../provider/types.js';
import { cniOf, planOfExisting, requireControlPlane } from './existing.js';
import { scriptFor } from './script.js';

export interface ShownCommands {
  readonly name: string;
  /** The cluster exists: these are the commands that make it as it is. */
  readonly exists: boolean;
  /** A POSIX shell script. It holds no secret: what is secret it makes when it runs. */
  readonly script: string;
}

/** The commands that make a cluster that exists as it is now, or else one of these options. @throws KindboxError. */
export async function showCommands(context: EngineContext, options: CreateOptions): Promise<ShownCommands> {
  const { name } = validateCreateOptions(options);
  const existing = (await observeClusters(context.provider, context.signal, name)).get(name);
  return existing === undefined ? showCreateCommands(context, options) : { name, exists: true, script: await ofExisting(context, existing, options.waitMs) };
}

/** The docker and kubeadm commands that do what create does with these options. Makes nothing. @throws KindboxError for all that create refuses. */
export async function showCreateCommands(context: EngineContext, options: CreateOptions): Promise<ShownCommands> {
  const customization = await customizationOf(options);
  requireNoCredentials(customization);
  const { wish, host, facts } = await lookOnly(context, options);
  if (facts.dual === true) throw ofTwoFamilies(wish.name);
  const unproxied = { ...facts, proxied: false };
  const [engine, cni] = await Promise.all([context.provider.describeCommands(wish.runtime, context.signal), chooseCni(wish.cni)]);
  // By name: an id means nothing to who reads it, and another one on the next machine.
  const plan = planCreate(wish, facts.existingNetworkId === undefined ? unproxied : { ...unproxied, existingNetworkId: wish.network });
  const script = await scriptFor(plan, {
    engine, host, cni, customization, cluster: wish.name, run: facts.run, master: nodeName(wish.name, 'control-plane', 0), nodes: nodesOf(plan),
    dividing: facts.existingNetworkId === undefined, waitSeconds: Math.ceil(wish.waitMs / 1000),
  }, [`Makes the cluster ${wish.name}, as kindbox create does. It becomes kindbox's: kindbox destroy ${wish.name} removes it.`,
    // Its address may hold a password, and a script is shown around.
    ...(facts.proxied === true ? ['Its nodes are not told of your proxy, as those of kindbox create are.'] : [])]);
  return { name: wish.name, exists: false, script };
}

async function ofExisting({ provider, signal }: EngineContext, cluster: ObservedCluster, waitMs: number): Promise<string> {
  const master = requireControlPlane(cluster);
  if (master.labels[LABELS.ipFamily] === 'dual') throw ofTwoFamilies(cluster.name);
  const own = cniOf(master);
  const [host, engine, cni] = await Promise.all([
    provider.describeHost(signal), provider.recallCommands(cluster.nodes.map(({ id }) => id), cluster.networks.map(({ id }) => id), signal),
    own === OWN_MANIFEST ? undefined : chooseCni(own),
  ]);
  const plan = planOfExisting(cluster, engine, host, waitMs);
  return scriptFor(plan, {
    engine, host, cni, customization: NO_CUSTOMIZATION, cluster: cluster.name, run: master.run, master: master.name,
    nodes: nodesOf(plan), dividing: false, waitSeconds: Math.ceil(waitMs / 1000),
  }, [
    `Makes the cluster ${cluster.name} as Docker knows it now. What Docker does not know is not in it: labels and taints of`,
    "single nodes, kube-proxy's mode, the Services' subnet, and changes to the configurations of kubeadm and containerd.",
  ]);
}

function nodesOf(plan: ClusterPlan): Map<string, NodeSpec> {
  return new Map(plan.operations.flatMap((operation) => (operation.kind === 'create-node' ? [[operation.spec.name, operation.spec]] : [])));
}

/** Each kubelet is told its addresses of both families, which are known only when its node runs. */
function ofTwoFamilies(cluster: string): KindboxError {
  return new KindboxError(`The commands for ${cluster} cannot be shown: it has IPv4 and IPv6`, {
    reason: 'usage', because: 'They are shown for clusters of IPv4 only.', next: ['--ip-family=ipv4'],
  });
}

/** containerd's settings of a registry. */
const CREDENTIALS = /\b(auth|password|identitytoken)\b/i;

/** A script is copied and shown around. */
function requireNoCredentials({ containerd }: Customization): void {
  if (!containerd.some((text) => CREDENTIALS.test(text))) return;
  throw new KindboxError('The configuration of containerd holds credentials, which commands would show', {
    reason: 'usage', next: ['Leave them out here, and write them into the nodes yourself'],
  });
}
