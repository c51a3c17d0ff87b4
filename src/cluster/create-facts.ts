import { networkInterfaces } from 'node:os';
import { chooseCni } from '../cni/cni.js';
import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { hostWarnings, requireRuntime } from '../host/runtime-check.js';
import { requireKubeProxyMode } from '../kubeadm/kube-proxy.js';
import { nodeName } from '../nodes/names.js';
import type { HostDescription } from '../provider/host-description.js';
import { requireCertifiable } from './api-server.js';
import type { CreateFacts } from './create-plan.js';
import { chooseImage, requireSupportedSkew, type ChosenImage } from './node-image.js';
import { mergeSettings } from './node-plan.js';
import { observeClusters } from './observe.js';
import { observeNetwork } from './network-facts.js';
import type { CreateOptions } from './options.js';
import { newRunId } from './run-id.js';

/** Looks at the host and refuses what cannot succeed, before anything is made. */
export async function observeForCreate(context: EngineContext, options: CreateOptions): Promise<{ host: HostDescription; facts: CreateFacts }> {
  const [host, cni] = await Promise.all([context.provider.describeHost(context.signal), chooseCni(options.cni)]);
  requireRuntime(host, options.runtime);
  requireCertifiable(host.address, options.apiServerAddress);
  const run = newRunId();
  const [image, otherImages, network] = await Promise.all([
    chooseImage(context, host, options),
    chooseOtherImages(context, host, options),
    observeNetwork(context, options, run),
    requireFreeNames(context, options),
  ]);
  const controlPlane = otherImages[options.controlPlane?.image ?? ''] ?? image;
  requireKubeProxyMode(options.kubeProxyMode, controlPlane.kubernetesVersion);
  for (const settings of [{}, ...options.workers ?? []].map((own) => mergeSettings(options.workerDefaults, own))) {
    requireSupportedSkew(controlPlane.kubernetesVersion, (otherImages[settings.image ?? ''] ?? image).kubernetesVersion);
  }
  for (const message of hostWarnings(host, options.runtime, image.kubernetesVersion)) {
    context.emit({ type: 'note', level: 'warning', message, at: Date.now() });
  }
  return {
    host,
    facts: {
      run, image, otherImages, cni: { name: cni.name, networked: cni.manifest !== undefined, preloaded: cni.preloaded }, ...network,
      mtu: host.defaultMtu, hostAddress: host.address, mustPublish: host.remote, ownAddresses: host.remote ? [] : addressesOfThisMachine(),
    },
  };
}

function addressesOfThisMachine(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}

/** Images of single nodes. A worker's kubelet must not be newer than the API server, which is checked once both are known. */
async function chooseOtherImages(context: EngineContext, host: HostDescription, options: CreateOptions): Promise<Record<string, ChosenImage>> {
  const named = [options.controlPlane, options.workerDefaults, ...options.workers ?? []].flatMap((settings) => settings?.image ?? []);
  return Object.fromEntries(await Promise.all([...new Set(named)].map(async (name) => [name, await chooseImage(context, host, { image: name })] as const)));
}

async function requireFreeNames(context: EngineContext, options: CreateOptions): Promise<void> {
  const { name } = options;
  const clusters = await observeClusters(context.provider, context.signal, name);
  if (clusters.has(name)) {
    throw new KindboxError(`A cluster named "${name}" exists already, or a part of one`, {
      reason: 'conflict', next: ['kindbox list', `kindbox resize --num-workers=${options.numWorkers} ${name}`, `kindbox destroy ${name}`],
    });
  }
  const names = [nodeName(name, 'control-plane', 0), ...Array.from({ length: options.numWorkers }, (_, index) => nodeName(name, 'worker', index))];
  const [foreign] = await context.provider.findForeignContainers(names, name, context.signal);
  if (foreign === undefined) return;
  throw new KindboxError(`A container named ${foreign.name} exists already`, {
    reason: 'conflict', because: 'kindbox did not make it, and does not touch it.',
    next: ['Choose another name for the cluster', `docker rename ${foreign.name} NEW_NAME`],
  });
}
