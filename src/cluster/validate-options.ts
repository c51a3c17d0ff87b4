import type { CreateOptions, ResizeOptions } from './options.js';
import { KindboxError } from '../errors/index.js';
import {
  validateClusterName, validateImageReference, validateKubernetesVersion, validateNetworkName, validatePodSubnet, validatePort,
  validateRuntimeName, validateWorkerCount,
} from './validate.js';
import { validateServiceSubnet } from './service-subnet.js';
import { CNI_NAMES } from '../cni/cni.js';

/** @returns the options in their canonical form. @throws KindboxError usage, before anything is contacted. */
export function validateCreateOptions(options: CreateOptions): CreateOptions {
  validateClusterName(options.name);
  validateWorkerCount(options.numWorkers);
  validateRuntimeName(options.runtime);
  if (options.serviceSubnet !== undefined) validateServiceSubnet(options.serviceSubnet);
  validatePodSubnet(options.podSubnet, options.serviceSubnet);
  if (!CNI_NAMES.includes(options.cni)) throw new KindboxError(`There is no CNI "${options.cni as string}"`, { reason: 'usage', next: CNI_NAMES.map((name) => `--cni=${name}`) });
  if (options.network !== undefined) validateNetworkName(options.network);
  if (options.image !== undefined) validateImageReference(options.image);
  if (options.publish !== undefined) validatePort(options.publish);
  return options.kubernetesVersion === undefined
    ? options
    : { ...options, kubernetesVersion: validateKubernetesVersion(options.kubernetesVersion) };
}

/** @throws KindboxError usage, before anything is contacted. */
export function validateResizeOptions(options: ResizeOptions): void {
  validateClusterName(options.name);
  validateWorkerCount(options.numWorkers);
  if (options.image !== undefined) validateImageReference(options.image);
}
