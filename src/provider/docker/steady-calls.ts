import type Dockerode from 'dockerode';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from './endpoint.js';
import { isTransient } from './errors.js';
import { REPEAT_PAUSES, silent, type TimeLimits } from './time-limits.js';

type Modem = Dockerode['modem'];
type Call = Parameters<Modem['dial']>[0];
type Answer = Parameters<NonNullable<Parameters<Modem['dial']>[1]>>[1];

/** Twice is as good as once: what was made or started by the first is found so by the second. */
const REPEATABLE_POST = /^\/(?:containers\/[^/]+\/(?:start|stop|update|exec)|volumes\/create)(?:\?|$)/;
/** Not volumes: of one name, another can have been made meanwhile. */
const REMOVES_BY_ID = /^\/(?:containers|networks|images)\//;
const MAKES = /^\/(?:(?:containers|networks|volumes)\/create|containers\/[^/]+\/exec)(?:\?|$)/;
const LISTS = /^\/(?:containers\/json|networks|images\/json)(?:\?|$)/;
/** Its work is as large as the container. */
const COMMITS = /^\/commit(?:\?|$)/;

/**
 * Makes every call of the API come to an end: docker-modem's own never settle when a connection is cut within an
 * answer, take half a JSON for a text, and wait for ever for a daemon that hangs. What does no harm twice is asked for
 * again when a connection was cut. Streams have no limit of time.
 */
export function makeSteady(modem: Modem, endpoint: Endpoint, limits: TimeLimits): void {
  const dial = modem.dial.bind(modem);
  const ask = (call: Call): Promise<unknown> =>
    new Promise((resolve, reject) => dial(call, (error, answer) => (error ? reject(error) : resolve(answer))));

  const once = async (call: Call): Promise<unknown> => {
    const limit = limitOf(call, limits);
    const { abortSignal } = call;
    const controller = new AbortController();
    const timer = limit === undefined ? undefined : setTimeout(() => controller.abort(), limit);
    try {
      // Read here, as a stream tells when it is cut.
      const stream = isPlain(call) ? { isStream: true } : {};
      const answer = await ask({ ...call, ...stream, abortSignal: abortSignal ? AbortSignal.any([abortSignal, controller.signal]) : controller.signal });
      return isPlain(call) ? contentOf(call, await text(answer as IncomingMessage)) : answer;
    } catch (error) {
      if (limit !== undefined && controller.signal.aborted && !abortSignal?.aborted) throw silent(endpoint, `${call.method} ${pathOf(call)}`, limit, error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  const repeatedly = async (call: Call): Promise<unknown> => {
    for (const pause of isRepeatable(call) ? REPEAT_PAUSES : []) {
      try {
        return await once(call);
      } catch (error) {
        if (!isTransient(error) || call.abortSignal?.aborted) throw error;
        await sleep(pause);
      }
    }
    return once(call);
  };

  modem.dial = (call, callback = () => undefined) => {
    repeatedly(call).then((answer) => callback(null, answer as Answer), (error: unknown) => callback(error as Error, null));
  };
}

function isPlain({ isStream, hijack, openStdin }: Call): boolean {
  return !isStream && !hijack && !openStdin;
}

function limitOf(call: Call, { look, change }: TimeLimits): number | undefined {
  if (call.isStream || COMMITS.test(call.path)) return undefined;
  return call.method === 'GET' ? look : change;
}

function isRepeatable(call: Call): boolean {
  return call.method === 'GET' || (call.method === 'DELETE' && REMOVES_BY_ID.test(call.path)) || (call.method === 'POST' && REPEATABLE_POST.test(call.path));
}

/** @throws an error of code ERR_NOT_DOCKER when the answer is not what that call is answered with. */
function contentOf(call: Call, content: string): unknown {
  const mustTell = call.method === 'GET' || MAKES.test(call.path);
  if (content === '' && !mustTell) return {};
  const answer = parsed(content);
  const fits = LISTS.test(call.path) ? Array.isArray(answer) : typeof answer === 'object' && answer !== null && (!MAKES.test(call.path) || hasIdentity(answer));
  if (!fits && mustTell) throw Object.assign(new Error(`The answer to ${call.method} ${pathOf(call)} is not of the Docker API`), { code: 'ERR_NOT_DOCKER' });
  return answer;
}

function hasIdentity(made: object): boolean {
  const { Id, Name } = made as { Id?: unknown; Name?: unknown };
  return (typeof Id === 'string' && Id !== '') || (typeof Name === 'string' && Name !== '');
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function pathOf({ path }: Call): string {
  return path.split('?', 1)[0] ?? '';
}
