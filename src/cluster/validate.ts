import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import { workersIn } from '../nodes/addresses.js';
import { dotted, overlaps, parseCidr } from '../nodes/cidr.js';
import { isClusterName, MAX_CLUSTER_NAME } from '../nodes/names.js';

export const MAX_WORKERS = 500;
/** kubeadm's default. */
export const SERVICE_SUBNET = '10.96.0.0/12';

function invalid(message: string, because?: string, next?: readonly string[]): never {
  throw new KindboxError(message, { reason: 'usage', because, next });
}

/** @throws KindboxError usage. Runs before anything is contacted: names end in hostnames, labels and paths. */
export function validateClusterName(name: string): void {
  if (name.length > MAX_CLUSTER_NAME) {
    invalid(`The cluster name is ${name.length} characters long`, `Node names are made of it; at most ${MAX_CLUSTER_NAME} fit.`);
  }
  if (!isClusterName(name)) {
    invalid(
      `"${printable(name)}" is not a valid cluster name`,
      'A name has lower-case letters, digits and dashes, and begins and ends with a letter or digit.',
    );
  }
}

export function validateWorkerCount(count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > MAX_WORKERS) {
    invalid(`The number of workers must be between 0 and ${MAX_WORKERS}, not ${count}`);
  }
}

export function validateNetworkName(name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name)) invalid(`"${printable(name)}" is not a valid network name`);
  if (['host', 'none', 'container'].includes(name)) {
    invalid(`The nodes cannot be on the network "${name}"`, 'Each node needs an address of its own.');
  }
}

export function validateRuntimeName(name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_./-]{0,127}$/.test(name)) invalid(`"${printable(name)}" is not a valid runtime name`);
}

export function validateImageReference(reference: string): void {
  const valid = /^[a-zA-Z0-9]([a-zA-Z0-9._:/-]*[a-zA-Z0-9])?(@sha256:[a-f0-9]{64})?$/.test(reference);
  if (!valid || reference.length > 255) invalid(`"${printable(reference)}" is not a valid image reference`);
}

export function validatePort(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535) invalid(`${port} is not a port`, 'A port is between 1 and 65535; 0 lets Docker choose a free one.');
}

/** @returns the version, or the minor version that stands for its newest patch, with its `v`. */
export function validateVersionWish(version: string): string {
  if (/^v?\d+\.\d+$/.test(version)) return version.startsWith('v') ? version : `v${version}`;
  return validateKubernetesVersion(version);
}

/** @returns the version with its `v`. */
export function validateKubernetesVersion(version: string): string {
  if (!/^v?\d+\.\d+\.\d+$/.test(version)) {
    invalid(`"${printable(version)}" is not a Kubernetes version`, 'It has the form v1.36.3.');
  }
  return version.startsWith('v') ? version : `v${version}`;
}

export function validatePodSubnet(cidr: string, serviceSubnet = SERVICE_SUBNET): void {
  const range = parseCidr(cidr);
  if (range === undefined) invalid(`"${printable(cidr)}" is not an IPv4 subnet`, 'It has the form 10.244.0.0/16.');
  if (range.bits > 23 || range.bits < 8) {
    invalid(`The pod subnet ${cidr} cannot be used`, 'Each node takes a /24 of it: choose between /8 and /23.');
  }
  if (range.address !== range.first) invalid(`The pod subnet ${cidr} has bits set behind its prefix`, `Did you mean ${dotted(range.first)}/${range.bits}?`);
  const services = parseCidr(serviceSubnet);
  if (services !== undefined && overlaps(range, services)) {
    invalid(`The pod subnet ${cidr} overlaps the service subnet ${serviceSubnet}`, undefined, ['Choose another one, for example --pod-subnet=10.244.0.0/16']);
  }
}

interface SubnetSurroundings {
  readonly network?: string | undefined;
  readonly numWorkers: number;
  readonly podSubnet: string;
  readonly serviceSubnet?: string | undefined;
}

/** @throws KindboxError usage. Of the cluster's own network, of which the nodes get the lower half. */
export function validateSubnet(cidr: string, { network, numWorkers, podSubnet, serviceSubnet = SERVICE_SUBNET }: SubnetSurroundings): void {
  const range = parseCidr(cidr);
  if (range === undefined) invalid(`"${printable(cidr)}" is not an IPv4 subnet`, 'It has the form 172.30.0.0/24.');
  if (network !== undefined) invalid('--subnet is for a network that kindbox makes', `The network "${printable(network)}" has one already.`, ['Leave out --subnet, or --net']);
  if (range.address !== range.first) invalid(`The subnet ${cidr} has bits set behind its prefix`, `Did you mean ${dotted(range.first)}/${range.bits}?`);
  if (workersIn(cidr) < numWorkers) invalid(`The subnet ${cidr} is too small for ${numWorkers} workers`, 'Nodes get the lower half of it.');
  for (const [what, other] of [['pod', podSubnet], ['service', serviceSubnet]] as const) {
    const taken = parseCidr(other);
    if (taken !== undefined && overlaps(range, taken)) invalid(`The subnet ${cidr} overlaps the ${what} subnet ${other}`);
  }
}
