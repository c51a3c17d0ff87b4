import { validateKubeProxyMode } from '../kubeadm/kube-proxy.js';
import { validateApiServerAddress } from './api-server.js';
import { validateIpFamily } from './ip-family.js';
import type { CreateOptions, ResizeOptions } from './options.js';
import {
  validateClusterName, validateImageReference, validateNetworkName, validatePodSubnet, validatePort, validateRuntimeName, validateSubnet,
  validateVersionWish, validateWorkerCount,
} from './validate.js';
import { validateNodeSettings } from './validate-settings.js';
import { validateServiceSubnet } from './service-subnet.js';

/** @returns the options in their canonical form. @throws KindboxError usage, before anything is contacted. */
export function validateCreateOptions(options: CreateOptions): CreateOptions {
  validateClusterName(options.name);
  validateWorkerCount(options.numWorkers);
  validateRuntimeName(options.runtime);
  if (options.serviceSubnet !== undefined) validateServiceSubnet(options.serviceSubnet);
  validatePodSubnet(options.podSubnet, options.serviceSubnet, options.numWorkers);
  validateIpFamily(options);
  if (options.network !== undefined) validateNetworkName(options.network);
  if (options.image !== undefined) validateImageReference(options.image);
  if (options.publish !== undefined) validatePort(options.publish);
  if (options.apiServerAddress !== undefined) validateApiServerAddress(options.apiServerAddress);
  if (options.subnet !== undefined) validateSubnet(options.subnet, options);
  if (options.kubeProxyMode !== undefined) validateKubeProxyMode(options.kubeProxyMode);
  [options.controlPlane, options.workerDefaults, ...options.workers ?? []].forEach((settings) => validateNodeSettings(settings ?? {}));
  return options.kubernetesVersion === undefined
    ? options
    : { ...options, kubernetesVersion: validateVersionWish(options.kubernetesVersion) };
}

/** @throws KindboxError usage, before anything is contacted. */
export function validateResizeOptions(options: ResizeOptions): void {
  validateClusterName(options.name);
  validateWorkerCount(options.numWorkers);
  if (options.image !== undefined) validateImageReference(options.image);
  validateNodeSettings(options.settings ?? {});
}
