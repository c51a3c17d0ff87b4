import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { requireRuntime } from '../host/runtime-check.js';
import { revokeBootstrapToken } from '../kubernetes/bootstrap-token.js';
import { explainRefusal } from '../kubernetes/api-error.js';
import { deleteNode, listNodes, uncordon } from '../kubernetes/nodes.js';
import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import type { HostDescription } from '../provider/host-description.js';
import type { ObservedNode } from '../provider/types.js';
import { cleanUpThroughApi } from './clean-up.js';
import { readCredentials, readKubeconfigs } from './credentials.js';
import { recordedCustomization, type Customization } from './customization.js';
import { requireNoFailures } from './failures.js';
import { CUSTOMIZATION_FILE } from './handlers/customize.js';
import { chooseImage, requireSupportedSkew } from './node-image.js';
import { addressesBeside } from './network-facts.js';
import { proxyOfCluster } from './proxy.js';
import { withClusterLock } from './lock/cluster-lock.js';
import { isVanishing } from './lock/vanishing.js';
import { controlPlaneOf, noSuchCluster, observeClusters, workersOf, type ObservedCluster } from './observe.js';
import type { ResizeOptions, ResizeResult } from './options.js';
import { decideResize, planResize, workerDefaultsOf } from './resize-plan.js';
import { newRunId } from './run-id.js';
import { runPlan } from './run-plan.js';
import { existingSession, type ClusterSession } from './session.js';
import { validateResizeOptions } from './validate-options.js';

/**
 * Brings a cluster to a number of workers, and mends gaps, stale Node objects and workers that never joined on the way.
 * @throws KindboxError usage, notFound, cluster, timeout (a drain), partial (workers that failed to join).
 */
export async function resizeCluster(context: EngineContext, options: ResizeOptions): Promise<ResizeResult> {
  return resizeTo(context, options, 'resize', () => options.numWorkers);
}

/** @param wanted is asked for the number of workers once nobody else changes it. */
export async function resizeTo(context: EngineContext, options: ResizeOptions, verb: string, wanted: (workers: number) => number): Promise<ResizeResult> {
  validateResizeOptions(options);
  const { provider, signal } = context;
  const [host, clusters] = await Promise.all([provider.describeHost(signal), observeClusters(provider, signal, options.name)]);
  const cluster = clusters.get(options.name);
  if (cluster === undefined) throw noSuchCluster(options.name);
  const master = await runningMasterOf(context, cluster);
  requireRuntime(host, master.labels[LABELS.runtime] ?? '');
  const run = newRunId();
  return withClusterLock(context, cluster, master, { verb, participle: 'resized', run }, (inner, locked) => resizeLocked(inner, options, { host, master, run, wanted, locked }));
}

interface Resizing {
  readonly host: HostDescription;
  readonly master: ObservedNode;
  readonly run: string;
  readonly wanted: (workers: number) => number;
  /** The cluster, when nobody else changes it. */
  readonly locked: Promise<ObservedCluster>;
}

async function resizeLocked(context: EngineContext, asked: ResizeOptions, { host, master, run, wanted, locked }: Resizing): Promise<ResizeResult> {
  const startedAt = Date.now();
  const { signal } = context;

  const reading = readKubeconfigs(context, master);
  const [image, customization, proxy] = await Promise.all([
    chooseImage(context, host, { image: asked.image ?? asked.settings?.image ?? workerDefaultsOf(master).image ?? master.image }),
    observeCustomization(context, master), proxyOfCluster(context, master),
    // Its failure is told when it is waited for.
    reading.catch(() => undefined),
  ]);
  requireSupportedSkew(master.labels[LABELS.kubernetesVersion] ?? image.kubernetesVersion, image.kubernetesVersion);
  const { kubernetesVersion } = image;
  const session = existingSession(context, { name: asked.name, nodes: [master] }, { host, run, kubernetesVersion, waitMs: asked.waitMs, customization, proxy });

  try {
    await readCredentials(session, master, signal, reading);
    const cluster = await locked;
    cluster.networks.forEach((network) => session.rememberNetwork(network));
    const nodeObjects = new Set((await listNodes(session.api, signal).catch((error: unknown) => { throw explainRefusal(error); })).map((node) => node.metadata.name));
    const observed = { workers: workersOf(cluster), nodeObjects };
    const options = { ...asked, numWorkers: wanted(observed.workers.length) };
    validateResizeOptions(options);
    const decision = decideResize(options.name, options.numWorkers, observed);
    const coming = [...decision.replace.map((worker) => worker.index), ...decision.add];
    const facts = {
      ...observed, run: session.settings.run, master, image, networkId: networkOf(master), cpus: host.cpus, addresses: await addressesBeside(context, cluster, master, coming),
      customized: customization !== undefined,
    };
    const added = [...decision.replace.map((worker) => worker.name), ...decision.add.map((index) => nodeName(options.name, 'worker', index))];
    const outcome = await runPlan(context, session, planResize(options, facts), {
      retain: () => options.retain,
      onFailure: () => putRight(session, decision.remove.map((worker) => worker.name), added),
    });
    requireNoFailures(options.name, options.numWorkers, outcome);
    return {
      name: options.name, before: facts.workers.length, after: options.numWorkers, added,
      removed: decision.remove.map((worker) => worker.name), durationMs: Date.now() - startedAt,
    };
  } finally {
    await session.close().catch(() => undefined);
  }
}

/** Nodes that stay can be scheduled to again, Node objects of workers that go are removed, the token is revoked. */
export async function putRight(session: ClusterSession, stay: readonly string[], go: readonly string[]): Promise<void> {
  await cleanUpThroughApi(session, (api, signal) => Promise.allSettled([
    revokeBootstrapToken(api, session.token, signal),
    ...stay.map((name) => uncordon(api, name, signal)),
    ...go.map((name) => deleteNode(api, name, signal)),
  ]));
}

/** What the cluster was created with and its new workers are to have, too. */
export async function observeCustomization({ provider, signal }: EngineContext, master: ObservedNode): Promise<Customization | undefined> {
  const { exitCode, stdout } = await provider.exec(master.id, ['cat', CUSTOMIZATION_FILE], { signal });
  return exitCode === 0 && stdout !== '' ? recordedCustomization(stdout) : undefined;
}

/** @throws KindboxError cluster when it does not run, notFound when that is because somebody destroys the cluster. */
export async function runningMasterOf(context: EngineContext, cluster: ObservedCluster): Promise<ObservedNode> {
  try {
    return requireRunningMaster(cluster);
  } catch (error) {
    if (!await isVanishing(context, cluster)) throw error;
    throw new KindboxError(`There is no cluster named "${cluster.name}" any more`, { reason: 'notFound', because: 'Another kindbox has just destroyed it.', next: ['kindbox list'] });
  }
}

export function requireRunningMaster(cluster: ObservedCluster): ObservedNode {
  const master = controlPlaneOf(cluster);
  if (master?.state === 'running') return master;
  throw new KindboxError(`The control plane of "${cluster.name}" does not run`, {
    reason: 'cluster', because: master === undefined ? 'Its container does not exist any more.' : `Its container is ${master.state}.`,
    next: [...(master === undefined ? [] : [`kindbox start ${cluster.name}`]), `kindbox destroy ${cluster.name}`],
  });
}

function networkOf(master: ObservedNode): string {
  const [address] = master.addresses;
  if (address !== undefined) return address.networkId;
  throw new KindboxError(`The control plane ${master.name} is on no network`, { reason: 'cluster', next: [`docker inspect ${master.name}`] });
}
