import { stringify } from 'yaml';
import * as z from 'zod';
import { validateComponentSettings } from '../cluster/customization.js';
import { validateIpFamily } from '../cluster/ip-family.js';
import { MAX_WORKERS, validatePodSubnet, validateSubnet } from '../cluster/validate.js';
import { CREATE_DEFAULTS } from '../cluster/defaults.js';
import { containerdDropIn } from '../containerd/patches.js';
import { KindboxError } from '../errors/index.js';
import { parseKubeadmPatch, requireEffect } from '../kubeadm/patches.js';
import { parseLabels, parseMemory } from '../nodes/settings-text.js';
import type { NodeRole } from '../nodes/role.js';
import type { ClusterConfig, NodeConfig } from './schema.js';

type Payload<T> = z.core.ParsePayload<T>;

/** What the engine refuses of an option it refuses of a file, with the same words. */
export function engineRule<T>(validate: (value: T) => unknown): (payload: Payload<T>) => void {
  return (payload) => { attempt(payload, [], () => validate(payload.value)); };
}

function attempt(payload: Payload<unknown>, path: readonly (string | number)[], check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof KindboxError)) throw error;
    const message = error.because === undefined ? error.message : `${error.message}. ${error.because}`;
    payload.issues.push({ code: 'custom', message, path: [...path], input: payload.value });
  }
}

export const labels = z.record(z.string(), z.string()).check((payload) => {
  for (const [key, value] of Object.entries(payload.value)) attempt(payload, [key], () => parseLabels([`${key}=${value}`]));
});

export const featureGates = z.record(z.string(), z.boolean()).check((payload) => {
  for (const gate of Object.keys(payload.value)) attempt(payload, [gate], () => { validateComponentSettings({ featureGates: { [gate]: true } }); });
});

export const runtimeConfig = z.record(z.string(), z.string()).check((payload) => {
  for (const [api, value] of Object.entries(payload.value)) attempt(payload, [api], () => { validateComponentSettings({ runtimeConfig: { [api]: value } }); });
});

/** YAML in a text, or in place. */
export function kubeadmPatchFor(scope: NodeRole | 'cluster'): z.ZodType<string | Record<string, unknown>, string | Record<string, unknown>> {
  return z.union([z.string(), z.record(z.string(), z.unknown())]).check(engineRule((patch) => {
    const patches = parseKubeadmPatch(patchText(patch));
    if (scope !== 'cluster') requireEffect(scope, patches);
  }));
}

export function patchText(patch: string | Record<string, unknown>): string {
  return typeof patch === 'string' ? patch : stringify(patch, { version: '1.1', aliasDuplicateObjects: false });
}

export function memoryBytes(amount: string | number): number {
  return typeof amount === 'string' ? parseMemory(amount) : amount;
}

export const containerdPatch = z.string().check(engineRule(containerdDropIn));

/** What no field alone can tell. */
export function clusterRules(payload: Payload<ClusterConfig>): void {
  const config = payload.value;
  const { podSubnet = CREATE_DEFAULTS.podSubnet, serviceSubnet, network, subnet } = config;
  const numWorkers = workersOf(config);
  if (numWorkers > MAX_WORKERS) attempt(payload, ['workers'], () => { throw new KindboxError(`These are ${numWorkers} workers`, { reason: 'usage', because: `There may be ${MAX_WORKERS}.` }); });
  attempt(payload, [config.podSubnet === undefined ? 'serviceSubnet' : 'podSubnet'], () => { validatePodSubnet(podSubnet, serviceSubnet, numWorkers > MAX_WORKERS ? 0 : numWorkers); });
  if (subnet !== undefined && network !== undefined) {
    attempt(payload, ['subnet'], () => { throw new KindboxError('"subnet" is of a network that kindbox makes', { reason: 'usage', because: 'Leave out "network" or "subnet".' }); });
  } else if (subnet !== undefined) {
    attempt(payload, ['subnet'], () => { validateSubnet(subnet, { numWorkers, podSubnet, serviceSubnet }); });
  }
  attempt(payload, ['ipFamily'], () => { validateIpFamily({ ipFamily: config.ipFamily, cni: config.cni ?? CREATE_DEFAULTS.cni }); });
  requireDistinctPorts(payload);
}

function workersOf({ workers = CREATE_DEFAULTS.numWorkers }: ClusterConfig): number {
  return typeof workers === 'number' ? workers : workers.reduce((sum, { count }) => sum + count, 0);
}

/** Docker would refuse the second node, when the first has long been made. */
function requireDistinctPorts(payload: Payload<ClusterConfig>): void {
  const { controlPlane, workerDefaults, workers = CREATE_DEFAULTS.numWorkers, apiServerPort = 0, apiServerAddress = '127.0.0.1' } = payload.value;
  const taken: { port: string; address: string | undefined }[] = [{ port: `tcp ${apiServerPort}`, address: apiServerAddress }];
  const claim = (path: readonly (string | number)[], { ports = [] }: NodeConfig, times: number): void => {
    for (const [index, { hostPort, protocol, hostAddress: address }] of ports.entries()) {
      if (hostPort === 0 || times === 0) continue;
      const port = `${protocol} ${hostPort}`;
      const isTaken = taken.some((other) => other.port === port && (other.address === address || other.address === undefined || address === undefined));
      if (isTaken || times > 1) attempt(payload, [...path, 'ports', index, 'hostPort'], () => { throw published(hostPort); });
      taken.push({ port, address });
    }
  };
  claim(['controlPlane'], controlPlane ?? {}, 1);
  if (typeof workers === 'number') {
    claim(['workerDefaults'], workerDefaults ?? {}, workers);
    return;
  }
  for (const [index, group] of workers.entries()) {
    if (group.ports === undefined) claim(['workerDefaults'], workerDefaults ?? {}, group.count);
    else claim(['workers', index], group, group.count);
  }
}


function published(port: number): KindboxError {
  return new KindboxError(`The port ${port} of the host can be published once`, { reason: 'usage', because: 'With 0, Docker chooses a free one for each node.' });
}
