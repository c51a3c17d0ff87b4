import { isIP, isIPv6 } from 'node:net';
import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import { LABELS } from '../nodes/labels.js';
import type { ObservedNode, PortSpec } from '../provider/types.js';
import type { CreateOptions } from './options.js';

export const API_SERVER_PORT = 6443;
const LOOPBACK = '127.0.0.1';
const ALL_ADDRESSES = new Set(['0.0.0.0', '::']);

/** What decides how clients outside of the cluster's network reach the API server. */
export interface ApiServerFacts {
  /** Where published ports are reached. */
  readonly hostAddress: string;
  /** Publish the API server although it was not asked for: node addresses are out of reach from here. */
  readonly mustPublish: boolean;
  /** Addresses of this machine, if it is the engine's host. */
  readonly ownAddresses?: readonly string[];
}

export interface PublishedApiServer {
  /** None, or one. */
  readonly ports: readonly PortSpec[];
  /** Beyond those that every cluster's certificate has. */
  readonly certificateNames: readonly string[];
  /** What a later command cannot find out again. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A cluster for tests should not be open to the whole network: the port is the loopback's unless clients are elsewhere. */
export function publishedApiServer({ publish, apiServerAddress: asked }: Pick<CreateOptions, 'publish' | 'apiServerAddress'>, facts: ApiServerFacts): PublishedApiServer {
  if (publish === undefined && asked === undefined && !facts.mustPublish) return { ports: [], certificateNames: [], labels: {} };
  const address = asked === undefined || ALL_ADDRESSES.has(asked) ? facts.hostAddress : asked;
  const listening = ALL_ADDRESSES.has(asked ?? '') ? undefined : isLoopback(address) ? loopbackOf(address) : facts.ownAddresses?.find((own) => own === address);
  const names = [...new Set([address, facts.hostAddress])].filter((name) => isServerAddress(name) && name !== LOOPBACK && name !== 'localhost');
  return {
    ports: [{ nodePort: API_SERVER_PORT, hostPort: publish ?? 0, ...(listening === undefined ? {} : { hostAddress: listening }) }],
    certificateNames: names,
    labels: asked === undefined || ALL_ADDRESSES.has(asked) ? {} : { [LABELS.apiServerAddress]: asked },
  };
}

/** Where a client reaches the API server: the published port if there is one, else `internal`, the node itself. */
export function apiServerUrl({ ports, labels }: ObservedNode, hostAddress: string, internal: string): string {
  const published = ports.filter(({ nodePort }) => nodePort === API_SERVER_PORT);
  const label = labels[LABELS.apiServerAddress] ?? '';
  const address = isServerAddress(label) ? label : hostAddress;
  // Docker may give the two families ports of their own (moby#42288).
  const port = published.find(({ hostAddress: listening }) => listening.includes(':') === isIPv6(address)) ?? published[0];
  return port === undefined ? internal : `https://${isIPv6(address) ? `[${address}]` : address}:${port.hostPort}`;
}

/** @throws KindboxError usage. */
export function validateApiServerAddress(address: string): void {
  if (isServerAddress(address)) return;
  throw new KindboxError(`"${printable(address)}" is not a host name or an address`, {
    reason: 'usage', because: 'It becomes part of the certificate of the API server, without a port.', next: ['--api-server-address build.example.org --publish 6443'],
  });
}

/** @throws KindboxError usage, before anything is made: kubeadm would refuse it when the nodes are there. */
export function requireCertifiable(hostAddress: string, asked: string | undefined): void {
  if (isServerAddress(hostAddress) || (asked !== undefined && !ALL_ADDRESSES.has(asked))) return;
  throw new KindboxError(`The Docker host is called "${printable(hostAddress)}", which no certificate can be made for`, {
    reason: 'usage', because: 'It is neither an address nor a name of DNS.', next: ['Say by which address it is reached: --api-server-address=ADDRESS'],
  });
}

/** What kubeadm takes for a name in a certificate. */
function isServerAddress(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text) && !/^[\d.]+$/.test(text);
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\./.test(address);
}

function loopbackOf(address: string): string {
  return isIP(address) === 0 ? LOOPBACK : address;
}
