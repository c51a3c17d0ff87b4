import { text } from 'node:stream/consumers';
import { KindboxError } from '../../errors/index.js';
import { LABELS } from '../../nodes/labels.js';
import type { Diagnostics, InspectableKind, PastEventsQuery } from '../diagnostics.js';
import { abortable, type DockerClient } from './client.js';
import { rawRequest } from './raw-request.js';

const PATHS: Readonly<Record<InspectableKind, string>> = { node: '/containers', network: '/networks', volume: '/volumes' };

interface DockerEvent {
  readonly Type?: string;
  readonly Action?: string;
  readonly timeNano?: number;
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> };
}

interface Describing {
  info(options: object): Promise<Readonly<Record<string, unknown>>>;
  version(options: object): Promise<Readonly<Record<string, unknown>>>;
}

export function diagnosticCalls(client: DockerClient): Diagnostics {
  const api = client.api as unknown as Describing;
  const describing = (signal: AbortSignal) => client.call('Cannot describe the Docker host', async (abortSignal) => {
    const [version, info] = await Promise.all([api.version(abortable(abortSignal)), api.info(abortable(abortSignal))]);
    return { version, info };
  }, signal);

  return {
    async inspect(kind, id, signal) {
      const path = `${PATHS[kind]}/${encodeURIComponent(id)}${kind === 'node' ? '/json' : ''}`;
      return client.call(`Cannot inspect ${kind} ${id.slice(0, 12)}`, async (abortSignal) =>
        JSON.parse(await text(await rawRequest(client, 'GET', path, {}, abortSignal ?? signal))) as unknown, signal);
    },

    async pastEvents(query, signal) {
      const { info } = await describing(signal);
      // By the daemon's clock: a moment that is still to come would be waited for.
      const now = Date.parse(String(info['SystemTime']));
      const until = toSeconds(Number.isNaN(now) ? Date.now() : now);
      const since = String(Math.floor(query.since / 1000));
      const answers = await Promise.all(filtersOf(query).map((filters) => client.call('Cannot read the events of Docker', async (abortSignal) =>
        parseEvents(await text(await rawRequest(client, 'GET', '/events', { since, until, filters: JSON.stringify(filters) }, abortSignal ?? signal))), signal)));
      const events = answers.flat().sort((a, b) => (a.timeNano ?? 0) - (b.timeNano ?? 0));
      const killed = events.filter(({ Type, Action }) => Type === 'container' && Action === 'oom');
      return {
        events, incomplete: !events.some(({ Type, Action }) => Type === 'container' && Action === 'create'),
        outOfMemory: killed.flatMap(({ Actor }) => Actor?.Attributes?.['name'] ?? []),
      };
    },

    describeEngine: describing,
  };
}

/** One request each: filters of several kinds must all match, and only containers' events carry their labels. */
function filtersOf({ cluster, networkIds, volumeIds }: PastEventsQuery): Readonly<Record<string, readonly string[]>>[] {
  return [
    { type: ['container'], label: [`${LABELS.cluster}=${cluster}`] },
    ...(networkIds.length > 0 ? [{ type: ['network'], network: networkIds }] : []),
    ...(volumeIds.length > 0 ? [{ type: ['volume'], volume: volumeIds }] : []),
  ];
}

/** With nine decimals, as the API reads it. */
function toSeconds(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
}

/** @throws KindboxError partial when the last one was cut off. */
function parseEvents(answer: string): DockerEvent[] {
  try {
    return answer.split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as DockerEvent);
  } catch (cause) {
    throw new KindboxError('The events of Docker were cut off', { reason: 'partial', because: 'The connection ended within one of them.', cause });
  }
}
