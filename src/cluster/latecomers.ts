import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineContext } from '../engine.js';
import { LABELS } from '../nodes/labels.js';
import { isCreateLock, observeClusters, type ObservedCluster } from './observe.js';

/** Milliseconds. What a create or resize that was destroyed still has under way ends much sooner. */
const LIMIT = 30_000;
const POLL = 100;

/**
 * Removes what a create or resize that was under way has made after destroy looked: looks again until nothing is left.
 * @param kept ids of networks that others use. @returns what is left in the end, for people.
 */
export async function removeLatecomers(context: EngineContext, destroyed: readonly ObservedCluster[], kept: ReadonlySet<string>): Promise<string[]> {
  const { provider, signal } = context;
  const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const late = await lookAgain(context, destroyed, kept);
    const left = late.flatMap(({ nodes, networks, volumes }) => [...nodes, ...networks].map(({ name }) => name).concat(volumes.map(({ id }) => id)));
    if (left.length === 0 || Date.now() > deadline) return left;
    await Promise.all(late.map(async ({ nodes, networks, volumes }) => {
      await Promise.all(nodes.map(({ id }) => attempt(provider.removeNode(id))));
      await Promise.all([...networks.map(({ id }) => attempt(provider.removeNetwork(id))), ...volumes.map(({ id }) => attempt(provider.removeVolume(id)))]);
    }));
    await sleep(POLL, undefined, { signal });
  }
}

async function lookAgain({ provider, signal }: EngineContext, destroyed: readonly ObservedCluster[], kept: ReadonlySet<string>): Promise<ObservedCluster[]> {
  const [only] = destroyed;
  if (only === undefined) return [];
  const now = await observeClusters(provider, signal, destroyed.length === 1 ? only.name : undefined);
  return destroyed.flatMap((before) => {
    const cluster = now.get(before.name);
    if (cluster === undefined) return [];
    const rest = withoutNewer(cluster, runsOf(before));
    const networks = rest.networks.filter(({ id }) => !kept.has(id));
    return rest.nodes.length + networks.length + rest.volumes.length === 0 ? [] : [{ ...rest, networks }];
  });
}

/** A create that has begun since is not what was to be destroyed. A resize makes none of what tells a create. */
function withoutNewer(cluster: ObservedCluster, before: ReadonlySet<string | undefined>): ObservedCluster {
  const { nodes, networks, volumes } = cluster;
  const signs = [...nodes.filter(({ role }) => role === 'control-plane'), ...networks, ...volumes.filter(isCreateLock)];
  const newer = new Set(signs.map(({ labels }) => labels[LABELS.run]).filter((run) => !before.has(run)));
  const isOlder = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean => !newer.has(labels[LABELS.run]);
  return { ...cluster, nodes: nodes.filter(isOlder), networks: networks.filter(isOlder), volumes: volumes.filter(isOlder) };
}

function runsOf({ nodes, networks, volumes }: ObservedCluster): Set<string | undefined> {
  return new Set([...nodes, ...networks, ...volumes].map(({ labels }) => labels[LABELS.run]));
}
