/** A call of the Docker API as the proxy saw it. */
export interface Call {
  readonly method: string;
  /** Without the API's version and the query. */
  readonly path: string;
  readonly hijacked: boolean;
  /** What was sent, if it was JSON. */
  readonly body: string;
  /** What the daemon answered, once for each time that the call reached it. */
  readonly statuses: number[];
  /** Ids and names of what the daemon said it made. */
  readonly made: string[];
  /** The fault that it suffered, in words. */
  suffered?: string;
}

/** `/v1.41/containers/json?all=true` -> `/containers/json`. */
export function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/^\/v\d+\.\d+/, '');
}

/** Calls that changed, or were to change, something that none of the calls had made. */
export function callsOnForeigners(calls: readonly Call[]): string[] {
  const made = new Set(calls.flatMap((call) => call.made));
  return calls
    .filter(({ method, path }) => method !== 'GET' && method !== 'HEAD' && !/\/(create|wait|prune)$/.test(path))
    // Docker makes a container's anonymous volumes without telling their names.
    .filter(({ path }) => !made.has(path.split('/')[2] ?? '') && !/^\/volumes\/[0-9a-f]{64}$/.test(path))
    .map(({ method, path }) => `${method} ${path}`);
}
