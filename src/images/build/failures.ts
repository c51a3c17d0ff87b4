import { KindboxError } from '../../errors/index.js';

type Cause = readonly [pattern: RegExp, because: string, next: readonly string[]];

const OF_THE_MACHINE: readonly Cause[] = [
  [/no space left on device|failure writing output/i, 'The disk of the container engine is full.', ['docker system df', 'docker system prune']],
  [/x509:|certificate (problem|verify|signed by)/i, 'A certificate is not trusted: a proxy may inspect the traffic here.', ['set SSL_CERT_FILE to the bundle that has the certificate of your proxy']],
];
const CAUSES: readonly Cause[] = [
  ...OF_THE_MACHINE,
  [/no such host|Temporary failure resolving|Could not resolve|i\/o timeout|connection refused|network is unreachable|proxyconnect/i,
    'The containers of the build cannot reach the network.', ['set HTTPS_PROXY and HTTP_PROXY if there is a proxy here', 'set GOPROXY if Go modules come from a mirror']],
];

/** Why a transfer failed that neither its server nor the way to it is to blame for. */
export function causeOnMachine(log: string): { readonly because: string; readonly next: readonly string[] } | undefined {
  const [, because, next] = OF_THE_MACHINE.find(([pattern]) => pattern.test(log)) ?? [];
  return because === undefined || next === undefined ? undefined : { because, next };
}

/** What a script in a container could not do, from its exit code and its last lines. */
export function scriptFailure(what: string, exitCode: number, logTail: string): KindboxError {
  const [, because, next] = CAUSES.find(([pattern]) => pattern.test(logTail)) ?? [];
  const killed = exitCode === 137 ? 'It was killed, most likely for want of memory.' : `The script ended with exit code ${exitCode}.`;
  return new KindboxError(`${what} failed`, {
    reason: 'image',
    because: because ?? killed,
    next: [...(next ?? []), 'Run the command again: what was downloaded and compiled is kept'],
    logTail,
  });
}
