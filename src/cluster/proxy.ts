import type { EngineContext } from '../engine.js';
import { LABELS } from '../nodes/labels.js';
import { nodeNames } from '../nodes/names.js';
import { chooseProxy, parseProxyFile, PROXY_FILE, type RuntimeProxy } from '../nodes/runtime-proxy.js';
import type { ObservedNode } from '../provider/types.js';
import { clusterRanges } from './ip-family.js';
import type { CreateFacts } from './create-plan.js';
import type { CreateOptions } from './options.js';

/** What the nodes of a new cluster are told of the user's proxy: it is not for what is in the cluster (kind#1821, kind#2884). */
export function proxyForNodes({ environment }: EngineContext, options: CreateOptions, facts: CreateFacts): RuntimeProxy | undefined {
  const { services } = clusterRanges(options, facts.dual === true);
  return chooseProxy(environment, [...facts.existingSubnets ?? [], ...services, ...nodeNames(options.name, options.numWorkers)]).proxy;
}

/** What later nodes are told: the same as those that are there, whatever the environment is by then. */
export async function proxyOfCluster({ provider, signal }: EngineContext, master: ObservedNode): Promise<RuntimeProxy | undefined> {
  if (master.labels[LABELS.proxied] === undefined) return undefined;
  const { exitCode, stdout } = await provider.exec(master.id, ['cat', PROXY_FILE], { signal });
  return exitCode === 0 ? parseProxyFile(stdout) : undefined;
}
