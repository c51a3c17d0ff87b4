import type { EngineContext } from '../engine.js';
import { noSuchCluster, observeClusters } from '../cluster/observe.js';
import { validateClusterName } from '../cluster/validate.js';
import { collectBundle } from './collect.js';
import type { BundleIndex, LogsOptions } from './options.js';

export type { BundledFile, BundleIndex, LogsOptions } from './options.js';

/**
 * Writes what an expert would ask for into a folder. What cannot be had does not keep the rest from it: the index says so.
 * @throws KindboxError usage, host, notFound, conflict (something is at the folder's path already); CancelledError.
 */
export async function exportLogs(context: EngineContext, options: LogsOptions): Promise<BundleIndex> {
  const { provider, signal, emit } = context;
  validateClusterName(options.name);
  const cluster = (await observeClusters(provider, signal, options.name)).get(options.name);
  if (cluster === undefined) throw noSuchCluster(options.name);

  const startedAt = Date.now();
  const step = { type: 'step', id: 'export-logs', stage: 'export-logs', title: `Exporting the logs of ${cluster.name} ...` } as const;
  emit({ ...step, status: 'running', at: startedAt });
  const end = (status: 'done' | 'failed'): void => {
    const at = Date.now();
    emit({ ...step, status, at, durationMs: at - startedAt });
  };
  try {
    const index = await collectBundle(cluster, options.output ?? bundleName(cluster.name, startedAt), {
      provider, signal, environment: context.environment,
      onFile: (current, total) => { emit({ ...step, status: 'running', at: Date.now(), detail: `${current} of ${total} files`, current, total }); },
    });
    end('done');
    return index;
  } catch (error) {
    end('failed');
    throw error;
  }
}

/** `kindbox-logs-demo-20261121T075221Z` */
export function bundleName(cluster: string, at: number): string {
  return `kindbox-logs-${cluster}-${new Date(at).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}`;
}
