import { networkInterfaces } from 'node:os';
import { chooseCni } from '../cni/cni.js';
import type { EngineContext } from '../engine.js';
import { chooseProxy } from '../nodes/runtime-proxy.js';
import { observeHost, preflight } from '../host/examine.js';
import { requireRuntime } from '../host/runtime-check.js';
import { requireKubeProxyMode } from '../kubeadm/kube-proxy.js';
import type { HostDescription } from '../provider/host-description.js';
import { requireCertifiable } from './api-server.js';
import type { CreateFacts } from './create-plan.js';
import { chooseImage, requireSupportedSkew, type ChosenImage } from './node-image.js';
import { clusterRanges } from './ip-family.js';
import { likelySubnet } from './likely-subnet.js';
import { mergeSettings } from './node-plan.js';
import { requireFreeName } from './lock/free-name.js';
import { observeNetwork } from './network-facts.js';
import type { CreateOptions } from './options.js';
import { newRunId } from './run-id.js';

/** Looks at the host and refuses what cannot succeed, before anything is made. */
export async function observeForCreate(context: EngineContext, options: CreateOptions): Promise<{ host: HostDescription; facts: CreateFacts }> {
  const [host, cni] = await Promise.all([context.provider.describeHost(context.signal), chooseCni(options.cni)]);
  requireRuntime(host, options.runtime);
  requireCertifiable(host.address, options.apiServerAddress);
  const run = newRunId();
  const [image, otherImages, network, hostFacts] = await Promise.all([
    chooseImage(context, host, options),
    chooseOtherImages(context, host, options),
    observeNetwork(context, options, run),
    observeHost(host, options.runtime, context.environment),
    requireFreeName(context, options),
  ]);
  const controlPlane = otherImages[options.controlPlane?.image ?? ''] ?? image;
  requireKubeProxyMode(options.kubeProxyMode, controlPlane.kubernetesVersion);
  for (const settings of [{}, ...options.workers ?? []].map((own) => mergeSettings(options.workerDefaults, own))) {
    requireSupportedSkew(controlPlane.kubernetesVersion, (otherImages[settings.image ?? ''] ?? image).kubernetesVersion);
  }
  const needsSubnet = options.network === undefined && options.subnet === undefined;
  const warnings = preflight(hostFacts, { runtime: options.runtime, nodes: options.numWorkers + 1, kubernetesVersion: image.kubernetesVersion, needsSubnet });
  const { proxy, warnings: ofProxy } = chooseProxy(context.environment);
  for (const message of [...warnings, ...ofProxy]) context.emit({ type: 'note', level: 'warning', message, at: Date.now() });
  return {
    host,
    facts: {
      run, image, otherImages, cni: { name: cni.name, networked: cni.manifest !== undefined, preloaded: cni.preloaded }, ...network,
      ...(needsSubnet ? { likelySubnet: likelySubnet(hostFacts, clusterRanges(options, network.dual === true)) } : {}),
      proxied: proxy !== undefined, mtu: host.defaultMtu, cpus: host.cpus, hostAddress: host.address, mustPublish: host.remote, ownAddresses: host.remote ? [] : addressesOfThisMachine(),
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
