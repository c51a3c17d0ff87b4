import type Dockerode from 'dockerode';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../../errors/index.js';
import { LABELS } from '../../nodes/labels.js';
import type { ListedNetwork } from './answers.js';
import type { DockerClient } from './client.js';
import { isTransient, tolerating } from './errors.js';
import { REPEAT_PAUSES } from './time-limits.js';

/**
 * Makes one network, and only one: a call whose answer is lost is repeated, one that somebody on the way sends twice
 * is refused or, by an old daemon, makes two of one name (moby#20648). What carries the label of this run is ours.
 */
export async function createOnce(client: DockerClient, failing: string, request: Dockerode.NetworkCreateOptions, signal: AbortSignal): Promise<ListedNetwork> {
  const pauses = [...REPEAT_PAUSES];
  for (;;) {
    try {
      const { id } = await client.call(failing, () => client.api.createNetwork(request), signal);
      return await onlyOne(client, failing, request, id) ?? await client.call(failing, () => client.api.getNetwork(id).inspect());
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      const made = await onlyOne(client, failing, request);
      if (made !== undefined) return made;
      const pause = isTransient(error) ? pauses.shift() : undefined;
      if (pause === undefined) throw error;
      await sleep(pause);
    }
  }
}

/** What this run has made of that request, without its twins: they are removed. */
async function onlyOne(client: DockerClient, failing: string, request: Dockerode.NetworkCreateOptions, id?: string): Promise<ListedNetwork | undefined> {
  const run = request.Labels?.[LABELS.run];
  if (run === undefined) return undefined;
  const filters = { name: [request.Name], label: [`${LABELS.run}=${run}`] };
  const listed: ListedNetwork[] = await client.call(failing, () => client.api.listNetworks({ filters }));
  const subnet = request.IPAM?.Config?.[0]?.Subnet;
  const [kept, ...twins] = listed
    // The API's filter matches parts of names.
    .filter(({ Name, IPAM }) => Name === request.Name && (subnet === undefined || IPAM?.Config?.some((pool) => pool.Subnet === subnet)))
    .sort((a, b) => Number(b.Id === id) - Number(a.Id === id));
  await Promise.all(twins.map((twin) => client.call(failing, () => client.api.getNetwork(twin.Id).remove().catch(tolerating(404)))));
  return kept;
}
