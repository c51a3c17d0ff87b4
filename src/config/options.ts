import { resolve } from 'node:path';
import { CNI_NAMES } from '../cni/names.js';
import { parseDuration } from '../cluster/duration.js';
import type { CreateOptions } from '../cluster/options.js';
import type { NodeSettings } from '../nodes/settings.js';
import { memoryBytes, patchText } from './rules.js';
import type { ClusterConfig, NodeConfig } from './schema.js';

/** What a file says of a cluster; the rest is left to flags and defaults. */
export type FileOptions = Partial<Omit<CreateOptions, 'retain'>>;

/** @param folder that relative paths are relative to. */
export function optionsOf(config: ClusterConfig, folder: string): FileOptions {
  const { apiServerPort, wait, cni, workers, controlPlane, workerDefaults, kubeadmConfigPatches, apiVersion: _version, kind: _kind, ...same } = config;
  const groups = typeof workers === 'object' ? workers.flatMap(({ count, ...settings }) => Array.from({ length: count }, () => settingsOf(settings, folder))) : undefined;
  return defined({
    ...same,
    publish: apiServerPort,
    waitMs: wait === undefined ? undefined : parseDuration(wait),
    cni: cni === undefined || (CNI_NAMES as readonly string[]).includes(cni) ? cni : resolve(folder, cni),
    numWorkers: typeof workers === 'number' ? workers : groups?.length,
    controlPlane: controlPlane === undefined ? undefined : settingsOf(controlPlane, folder),
    workerDefaults: workerDefaults === undefined ? undefined : settingsOf(workerDefaults, folder),
    workers: groups,
    kubeadmConfigPatches: kubeadmConfigPatches?.map(patchText),
  });
}

function settingsOf({ memory, mounts, kubeadmConfigPatches, ...same }: NodeConfig, folder: string): NodeSettings {
  return defined({
    ...same,
    memoryBytes: memory === undefined ? undefined : memoryBytes(memory),
    mounts: mounts?.map((mount) => ({ ...mount, hostPath: resolve(folder, mount.hostPath) })),
    kubeadmConfigPatches: kubeadmConfigPatches?.map(patchText),
  });
}

/** Without the fields that say nothing: they must not hide what a flag or a default says. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
